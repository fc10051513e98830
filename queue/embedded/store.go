package embedded

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/rs/zerolog"

	"inzage/queue"
	"inzage/schema"
)

// header is the first line of the store file: the layout of the folder, and
// that the server is alone. Never start such a store as a node of a cluster:
// the cluster does not know its streams and deletes them.
const header = "inzage store 1 standalone"

// Exists tells whether a folder is a store.
func Exists(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, "store"))
	return err == nil
}

// openStore returns the key of the folder, once it is proven to be the key that
// the store was made with. A fresh folder gets a key and a mark. It must come
// before the server: with another key the server starts empty, and the first
// stream that is made takes the place of the old one.
func openStore(folder string, given queue.Key) (queue.Key, error) {
	keyPath, markPath := filepath.Join(folder, "key"), filepath.Join(folder, "store")
	mark, err := os.ReadFile(markPath) //nolint:gosec // the operator's own folder
	fresh := errors.Is(err, fs.ErrNotExist)
	if err != nil && !fresh {
		return given, schema.Fail(schema.CodeIO, "read store mark", err)
	}
	if fresh {
		if _, err := os.Stat(filepath.Join(folder, "jetstream")); !errors.Is(err, fs.ErrNotExist) {
			return given, schema.Fail(schema.CodeDamagedStore, "read store mark", err)
		}
	}
	key := given
	if key.IsZero() {
		key, err = queue.ReadKey(keyPath)
		if errors.Is(err, fs.ErrNotExist) {
			if !fresh {
				return key, schema.Fail(schema.CodeWrongKey, "read key file", err)
			}
			key = queue.NewKey()
			err = key.WriteFile(keyPath)
		}
		if err != nil {
			return key, err
		}
	}
	if fresh {
		return key, makeMark(markPath, key)
	}
	return key, checkMark(mark, key)
}

func checkMark(mark []byte, key queue.Key) error {
	first, proof, found := strings.Cut(strings.TrimSpace(string(mark)), "\n")
	if found && strings.HasPrefix(first, "inzage store ") && first != header {
		return schema.Fail(schema.CodeNewerVersion, "check store mark", nil)
	}
	sealed, err := base64.StdEncoding.DecodeString(proof)
	if !found || first != header || err != nil {
		return schema.Fail(schema.CodeDamagedStore, "check store mark", err)
	}
	plain, err := queue.Unseal(key.For("mark"), header, sealed)
	switch {
	case schema.CodeOf(err) == schema.CodeWrongKey:
		return schema.Fail(schema.CodeWrongKey, "check store mark", err)
	case err != nil || !bytes.Equal(plain, []byte(header)):
		return schema.Fail(schema.CodeDamagedStore, "check store mark", err)
	}
	return nil
}

// makeMark writes the mark so that it is there whole, and on the disk, or not
// at all.
func makeMark(path string, key queue.Key) error {
	sealed, err := queue.Seal(key.For("mark"), header, []byte(header))
	if err != nil {
		return err
	}
	text := header + "\n" + base64.StdEncoding.EncodeToString(sealed) + "\n"
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) //nolint:gosec // the operator's own folder
	if err == nil {
		_, err = f.WriteString(text)
		if err == nil {
			err = f.Sync()
		}
		if cerr := f.Close(); err == nil {
			err = cerr
		}
	}
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err == nil {
		err = syncFolder(filepath.Dir(path))
	}
	if err != nil {
		return schema.Fail(schema.CodeIO, "write store mark", err)
	}
	return nil
}

// complete fails where a stream has files but the server did not open it: its
// description is damaged. Making the stream anew would delete the files.
func (s *Server) complete(ctx context.Context, folder string) error {
	info, err := s.nats.Jsz(&server.JSzOptions{Accounts: true, Streams: true})
	if err != nil {
		return schema.Fail(schema.CodeInternal, "list streams", err)
	}
	listed := make(map[string]bool)
	for _, account := range info.AccountDetails {
		for _, stream := range account.Streams {
			listed[filepath.Join(account.Name, "streams", stream.Name)] = true
		}
	}
	found, err := filepath.Glob(filepath.Join(folder, "jetstream", "*", "streams", "*"))
	if err != nil {
		return schema.Fail(schema.CodeInternal, "list streams", err)
	}
	for _, path := range found {
		name, err := filepath.Rel(filepath.Join(folder, "jetstream"), path)
		if err != nil {
			return schema.Fail(schema.CodeInternal, "list streams", err)
		}
		// The server marks what it is deleting with a dot.
		if !strings.HasPrefix(filepath.Base(name), ".") && !listed[name] {
			zerolog.Ctx(ctx).Error().Str("stream", filepath.Base(name)).Msg("not opened")
			return schema.Fail(schema.CodeDamagedStore, "open stream", nil)
		}
	}
	return nil
}

// removeUnborn takes away what a server leaves that dies while it makes a stream:
// a folder without a whole description and without one byte of a message. Nobody
// was told that there is such a stream, and complete would take it for a damaged
// one. To be called while no server runs.
func removeUnborn(folder string) error {
	found, err := filepath.Glob(filepath.Join(folder, "jetstream", "*", "streams", "*"))
	for _, path := range found {
		if err == nil && unborn(path) {
			err = os.RemoveAll(path)
		}
	}
	if err != nil {
		return schema.Fail(schema.CodeIO, "clear data folder", err)
	}
	return nil
}

func unborn(path string) bool {
	described := true
	for _, name := range []string{"meta.inf", "meta.sum"} { // written in this order
		_, err := os.Stat(filepath.Join(path, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false
		}
		described = described && err == nil
	}
	blocks, err := filepath.Glob(filepath.Join(path, "msgs", "*.blk"))
	if described || err != nil {
		return false
	}
	for _, block := range blocks {
		if info, err := os.Stat(block); err != nil || info.Size() > 0 {
			return false
		}
	}
	return true
}

// The shares of the disk. The ledger's streams reserve theirs, so that full
// files never stop a ledger entry.
const (
	ledgerQuota = 4 << 30
	keysQuota   = 256 << 20
	leastBlobs  = 64 << 20
)

// quotas divides the disk among the accounts. A server that fills the disk
// stays dead until it is started again; one that meets its quota says so.
func quotas(folder string, total int64) (map[string]int64, error) {
	if total == 0 {
		used, err := usage(filepath.Join(folder, "jetstream"))
		if err != nil {
			return nil, schema.Fail(schema.CodeIO, "measure data folder", err)
		}
		free, err := freeSpace(folder)
		if err != nil {
			return nil, schema.Fail(schema.CodeIO, "measure disk", err)
		}
		total = used + free/4*3
	}
	blobs := total - ledgerQuota - keysQuota
	if blobs < leastBlobs {
		return nil, schema.Fail(schema.CodeFull, "divide disk", nil)
	}
	return map[string]int64{queue.AccountLedger: ledgerQuota, queue.AccountKeys: keysQuota, queue.AccountBlobs: blobs}, nil
}

// usage adds up the files below a folder that may not be there yet.
func usage(folder string) (int64, error) {
	var sum int64
	err := filepath.WalkDir(folder, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			sum += info.Size()
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return sum, err
}
