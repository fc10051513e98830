package embedded_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"inzage/queue"
	"inzage/queue/embedded"
	"inzage/queue/queuetest"
	"inzage/schema"
)

func start(t *testing.T, o embedded.Options) (*embedded.Server, error) {
	t.Helper()
	if o.Quota == 0 {
		o.Quota = queuetest.Quota
	}
	s, err := embedded.Start(t.Context(), o)
	if err == nil {
		t.Cleanup(s.Close)
	}
	return s, err
}

func refused(t *testing.T, o embedded.Options, code schema.Code) {
	t.Helper()
	s, err := start(t, o)
	if schema.CodeOf(err) != code {
		t.Errorf("starting gives %v, want %q", err, code)
	}
	if err == nil {
		s.Close()
	}
}

// used makes a folder with a store that holds a file, and returns how to find
// the file again.
func used(t *testing.T, folder string) (find func(t *testing.T)) {
	t.Helper()
	s := queuetest.Serve(t, folder)
	q := queuetest.Open(t, s)
	id := queuetest.Request(t, q, "graphexport").ID
	v, err := q.Vault(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Box("graphexport").Put(t.Context(), "a.json", bytes.NewReader([]byte("content"))); err != nil {
		t.Fatal(err)
	}
	q.Close()
	s.Close()
	return func(t *testing.T) {
		t.Helper()
		s := queuetest.Serve(t, folder)
		defer s.Close()
		q := queuetest.Open(t, s)
		defer q.Close()
		v, err := q.Vault(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		blobs, err := v.Box("graphexport").Blobs(t.Context())
		if err != nil || len(blobs) != 1 || blobs[0].Name != "a.json" {
			t.Errorf("the file is not there any more: %v, %v", blobs, err)
		}
	}
}

func TestOneProcessPerFolder(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	find := used(t, folder)
	s := queuetest.Serve(t, folder)
	refused(t, embedded.Options{Folder: folder}, schema.CodeInUse)
	if err := s.Health(); err != nil {
		t.Errorf("the first is disturbed: %v", err)
	}
	s.Close()
	find(t)
}

func TestWrongKeyTouchesNothing(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	find := used(t, folder)
	refused(t, embedded.Options{Folder: folder, Key: queue.NewKey()}, schema.CodeWrongKey)
	path := filepath.Join(folder, "key")
	if err := os.Rename(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	refused(t, embedded.Options{Folder: folder}, schema.CodeWrongKey)
	if _, err := os.Stat(path); err == nil {
		t.Error("a new key was made in the place of the one that is missing")
	}
	if err := os.WriteFile(path, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, embedded.Options{Folder: folder}, schema.CodeConfig)
	if err := os.Rename(path+".away", path); err != nil {
		t.Fatal(err)
	}
	find(t)
}

func TestDamagedMark(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	find := used(t, folder)
	path := filepath.Join(folder, "store")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		mark []byte
		code schema.Code
	}{
		"empty":           {nil, schema.CodeDamagedStore},
		"cut off":         {whole[:len(whole)/2], schema.CodeDamagedStore},
		"another program": {[]byte("hello\n"), schema.CodeDamagedStore},
		"a later layout":  {bytes.Replace(whole, []byte("store 2"), []byte("store 3"), 1), schema.CodeNewerVersion},
		"a changed proof": {append(bytes.Clone(whole[:len(whole)-6]), "AAAA\n"...), schema.CodeDamagedStore},
	} {
		if err := os.WriteFile(path, c.mark, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := start(t, embedded.Options{Folder: folder}); schema.CodeOf(err) != c.code {
			t.Errorf("%s: starting gives %v, want %q", name, err, c.code)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	refused(t, embedded.Options{Folder: folder}, schema.CodeDamagedStore)
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	find(t)
}

// A stream whose description is damaged must not be made anew: that deletes
// what it held.
func TestDamagedStreamStopsTheStart(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	find := used(t, folder)
	meta := filepath.Join(folder, "jetstream", queue.AccountLedger, "streams", "LEDGER", "meta.inf")
	whole, err := os.ReadFile(meta)
	if err != nil {
		t.Fatal(err)
	}
	bad := bytes.Clone(whole)
	bad[len(bad)/2] ^= 1
	if err := os.WriteFile(meta, bad, 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, embedded.Options{Folder: folder}, schema.CodeDamagedStore)
	if err := os.WriteFile(meta, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	find(t)
}

func TestQuota(t *testing.T) {
	t.Parallel()
	refused(t, embedded.Options{Folder: t.TempDir(), Quota: 1 << 30}, schema.CodeFull)
	folder := t.TempDir()
	s, err := start(t, embedded.Options{Folder: folder, Quota: 4<<30 + 256<<20 + 64<<20})
	if err != nil {
		t.Fatal(err)
	}
	q := queuetest.Open(t, s)
	v, err := q.Vault(t.Context(), queuetest.Request(t, q, "graphexport").ID)
	if err != nil {
		t.Fatal(err)
	}
	// What is over the quota is refused; what was stored before is there, and
	// the ledger's account does not notice.
	box := v.Box("graphexport")
	if _, err := box.Put(t.Context(), "small", bytes.NewReader([]byte("small"))); err != nil {
		t.Fatal(err)
	}
	if _, err := box.Put(t.Context(), "large", bytes.NewReader(make([]byte, 96<<20))); schema.CodeOf(err) != schema.CodeFull {
		t.Errorf("storing more than fits gives %v, want %q", err, schema.CodeFull)
	}
	blobs, err := box.Blobs(t.Context())
	if err != nil || len(blobs) != 1 {
		t.Errorf("there are %d blobs (%v), want the small one", len(blobs), err)
	}
	if err := q.Health(t.Context()); err != nil {
		t.Errorf("the queue is ill: %v", err)
	}
}

func TestListenNeedsTLS(t *testing.T) {
	t.Parallel()
	refused(t, embedded.Options{Folder: t.TempDir(), Listen: "127.0.0.1:0"}, schema.CodeConfig)
}

func TestDoorLetsCommandsIn(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if _, err := queue.ReadDoor(folder); schema.CodeOf(err) != schema.CodeUnreachable {
		t.Errorf("a folder without a server has a door: %v", err)
	}
	s := queuetest.Serve(t, folder)
	q := queuetest.Open(t, s)
	id := queuetest.Request(t, q, "graphexport").ID
	for _, name := range []string{"door", "key", "store", "lock"} {
		info, err := os.Stat(filepath.Join(folder, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has rights %v (%v), want 0600", name, info.Mode(), err)
		}
	}
	access, err := queue.ReadDoor(folder)
	if err != nil {
		t.Fatal(err)
	}
	guest, err := queue.Open(t.Context(), access, queue.Options{Key: s.Key(), Bind: true})
	if err != nil {
		t.Fatal(err)
	}
	defer guest.Close()
	if _, err := guest.Vault(t.Context(), id); err != nil {
		t.Errorf("through the door: %v", err)
	}
	if _, err := queue.Open(t.Context(), access, queue.Options{Key: queue.NewKey(), Bind: true}); schema.CodeOf(err) != schema.CodeWrongKey {
		t.Errorf("with another key: %v, want %q", err, schema.CodeWrongKey)
	}
	stranger := access
	stranger.Ledger.Seed = mustSeed(t)
	if _, err := queue.Open(t.Context(), stranger, queue.Options{Key: s.Key(), Bind: true}); schema.CodeOf(err) != schema.CodeDenied {
		t.Errorf("with another user: %v, want %q", err, schema.CodeDenied)
	}
	s.Close()
	if _, err := queue.ReadDoor(folder); schema.CodeOf(err) != schema.CodeUnreachable {
		t.Errorf("the door stays after the server: %v", err)
	}
}

func TestStartedAndStoppedOften(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for range 5 {
		s, err := embedded.Start(context.Background(), embedded.Options{Folder: folder, Quota: queuetest.Quota})
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
		s.Close() // twice does nothing
	}
}

// A server that is killed while it makes a stream leaves a folder without a
// description; that must not keep the store from starting again. One with a
// message in it must.
func TestStreamThatWasNeverMade(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	find := used(t, folder)
	half := filepath.Join(folder, "jetstream", queue.AccountBlobs, "streams", "KV_index_half")
	for _, dir := range []string{"msgs", "obs"} {
		if err := os.MkdirAll(filepath.Join(half, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range map[string]string{"1.blk": "", "1.key.tmp": "the key of the block", "../meta.inf": "half"} {
		if err := os.WriteFile(filepath.Join(half, "msgs", name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	find(t)
	if _, err := os.Stat(half); !os.IsNotExist(err) {
		t.Errorf("it is still there: %v", err)
	}
	// Killed while it was deleted.
	if err := os.MkdirAll(filepath.Join(half, "msgs"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"msgs/1.blk": "a message", "meta.sum": "sum"} {
		if err := os.WriteFile(filepath.Join(half, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	find(t)
	if _, err := os.Stat(half); !os.IsNotExist(err) {
		t.Errorf("what was being deleted is still there: %v", err)
	}
	if err := os.MkdirAll(filepath.Join(half, "msgs"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(half, "msgs", "1.blk"), []byte("a message"), 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, embedded.Options{Folder: folder}, schema.CodeDamagedStore)
}
