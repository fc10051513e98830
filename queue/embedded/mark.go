package embedded

import (
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"inzage/queue"
	"inzage/schema"
)

// The first line of the store file: the layout of the folder, and that the server
// is alone. Never start such a store as a node of a cluster: the cluster does not
// know its streams and deletes them.
//
// The second line is the store's own key, which the server encrypts its files
// with, sealed with the organisation's key. So another key can take that one's
// place without a byte of the files being written again, in which a crash would
// lose them. While that goes on a third line holds it sealed with the new key.
//
// The first layout had no key of its own, and sealed the header itself.
const (
	header      = "inzage store 2 standalone"
	headerFirst = "inzage store 1 standalone"
)

// mark is what the store file holds.
type mark struct {
	first  bool // of the first layout
	sealed [][]byte
}

// useMark is what the organisation's key is derived for to seal the mark, and
// useStore what the first layout derived it for to encrypt the files.
const (
	useMark  = "mark"
	useStore = "store"
)

// openStore returns the organisation's key and the store's own, once the first is
// proven to be the one that the store was made with. A fresh folder gets both and
// a mark. It must come before the server: with another key the server starts
// empty, and the first stream that is made takes the place of the old one.
func openStore(folder string, given queue.Key) (key, own queue.Key, err error) {
	keyPath, markPath := filepath.Join(folder, "key"), filepath.Join(folder, "store")
	m, err := readMark(markPath)
	fresh := errors.Is(err, fs.ErrNotExist)
	if err != nil && !fresh {
		return given, own, err
	}
	if fresh {
		if _, err := os.Stat(filepath.Join(folder, "jetstream")); !errors.Is(err, fs.ErrNotExist) {
			return given, own, schema.Fail(schema.CodeDamagedStore, "read store mark", err)
		}
	}
	key = given
	if key.IsZero() {
		key, err = queue.ReadKey(keyPath)
		if errors.Is(err, fs.ErrNotExist) {
			if !fresh {
				return key, own, schema.Fail(schema.CodeWrongKey, "read key file", err)
			}
			key = queue.NewKey()
			err = key.WriteFile(keyPath)
		}
		if err != nil {
			return key, own, err
		}
	}
	if fresh {
		own = queue.NewKey()
		return key, own, writeMark(markPath, own, key)
	}
	own, err = m.open(key)
	if err == nil && len(m.sealed) > 1 {
		err = schema.Fail(schema.CodeKeyChange, "check store mark", nil)
	}
	return key, own, err
}

// readMark reads the mark. An error is an fs.ErrNotExist where there is none.
func readMark(path string) (m mark, err error) {
	text, err := os.ReadFile(path) //nolint:gosec // the operator's own folder
	if err != nil {
		return m, schema.Fail(schema.CodeIO, "read store mark", err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	m.first = lines[0] == headerFirst
	if !m.first && lines[0] != header {
		code := schema.CodeDamagedStore
		if strings.HasPrefix(lines[0], "inzage store ") {
			code = schema.CodeNewerVersion
		}
		return m, schema.Fail(code, "check store mark", nil)
	}
	for _, line := range lines[1:] {
		sealed, err := base64.StdEncoding.DecodeString(line)
		if err != nil {
			return m, schema.Fail(schema.CodeDamagedStore, "check store mark", err)
		}
		m.sealed = append(m.sealed, sealed)
	}
	if len(m.sealed) == 0 || len(m.sealed) > 2 || m.first && len(m.sealed) > 1 {
		return m, schema.Fail(schema.CodeDamagedStore, "check store mark", nil)
	}
	return m, nil
}

// open returns the store's own key. The error has CodeWrongKey where it was not
// sealed with this one.
func (m mark) open(key queue.Key) (own queue.Key, err error) {
	label := header
	if m.first {
		label = headerFirst
	}
	for _, sealed := range m.sealed {
		plain, failed := queue.Unseal(key.For(useMark), label, sealed)
		switch {
		case failed == nil && m.first && string(plain) == headerFirst:
			return key.For(useStore), nil
		case failed == nil && !m.first:
			return queue.ParseKey(string(plain))
		case schema.CodeOf(failed) != schema.CodeWrongKey:
			return own, schema.Fail(schema.CodeDamagedStore, "check store mark", failed)
		}
		err = schema.Fail(schema.CodeWrongKey, "check store mark", failed)
	}
	return own, err
}

// writeMark writes the mark so that it is there whole, and on the disk, or not at
// all.
func writeMark(path string, own queue.Key, keys ...queue.Key) error {
	lines := []string{header}
	for _, key := range keys {
		sealed, err := queue.Seal(key.For(useMark), header, []byte(own.Encode()))
		if err != nil {
			return err
		}
		lines = append(lines, base64.StdEncoding.EncodeToString(sealed))
	}
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) //nolint:gosec // the operator's own folder
	if err == nil {
		_, err = f.WriteString(strings.Join(lines, "\n") + "\n")
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
