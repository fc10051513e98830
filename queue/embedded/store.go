package embedded

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/rs/zerolog"

	"inzage/queue"
	"inzage/schema"
)

// Exists tells whether a folder is a store.
func Exists(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, "store"))
	return err == nil
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
// one. And what it leaves that dies while it deletes one: a folder without the
// description, which goes first, but with its sum. Only of what is deleted at all:
// of every other stream that is damage. To be called while no server runs.
func removeUnborn(ctx context.Context, folder string) error {
	found, err := filepath.Glob(filepath.Join(folder, "jetstream", "*", "streams", "*"))
	for _, path := range found {
		if err == nil && dying(path) {
			zerolog.Ctx(ctx).Warn().Str("stream", filepath.Base(path)).Msg("its deletion was cut off, and is finished")
			err = os.RemoveAll(path)
		}
		if err == nil && unborn(path) {
			err = os.RemoveAll(path)
		}
	}
	if err != nil {
		return schema.Fail(schema.CodeIO, "clear data folder", err)
	}
	return nil
}

func dying(path string) bool {
	_, noMeta := os.Stat(filepath.Join(path, "meta.inf"))
	_, noSum := os.Stat(filepath.Join(path, "meta.sum"))
	account := filepath.Base(filepath.Dir(filepath.Dir(path)))
	if noSum != nil || !errors.Is(noMeta, fs.ErrNotExist) {
		return false
	}
	while := ""
	switch name := filepath.Base(path); {
	case account == queue.AccountLedger && (name == "RENEWAL" || name == "RENEWING"):
	case account == queue.AccountLedger && slices.Contains([]string{"LEDGER", "KV_register", "JOBS", "SCHEDULE", "PARKED", "EVENTS"}, name):
		while = "RENEWING" // a new one takes its place, and what it will hold is on the disk
	case account == queue.AccountLedger:
		return false
	case name == "CHECK":
		while = "ROTATION" // another key takes its place
	}
	_, err := os.Stat(filepath.Join(filepath.Dir(path), while))
	return err == nil
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
