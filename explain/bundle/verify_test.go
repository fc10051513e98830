package bundle

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"inzage/schema"
)

// testKey is a key that is the same in every run.
func testKey(seed byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
}

func publicOf(k ed25519.PrivateKey) ed25519.PublicKey { return k.Public().(ed25519.PublicKey) }

// sealed makes a small bundle and gives its bytes.
func sealed(t testing.TB, key ed25519.PrivateKey) []byte {
	t.Helper()
	h := sampleHead(t, schema.Dutch)
	h.Sign = key
	path, _ := sampleBundle(t, h, 3)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func verified(t testing.TB, b []byte, key ed25519.PublicKey) *Report {
	t.Helper()
	return Verify(bytes.NewReader(b), int64(len(b)), key)
}

func TestVerify(t *testing.T) {
	t.Parallel()
	ours, theirs := testKey(1), testKey(2)
	signed, plain := sealed(t, ours), sealed(t, nil)
	for name, x := range map[string]struct {
		bundle   []byte
		key      ed25519.PublicKey
		complete bool
		state    SignatureState
	}{
		"signed, key given":          {signed, publicOf(ours), true, SignatureGood},
		"signed, no key given":       {signed, nil, true, SignatureUnknown},
		"signed by another":          {signed, publicOf(theirs), false, SignatureOther},
		"not signed":                 {plain, nil, true, SignatureNone},
		"not signed, but it must be": {plain, publicOf(ours), false, SignatureNone},
	} {
		got := verified(t, x.bundle, x.key)
		if got.Complete != x.complete || got.Signature != x.state || len(got.Findings) > 0 || got.Case != "2026-0042" {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if again := sealed(t, ours); !bytes.Equal(signed, again) {
		t.Error("a signed bundle of the same input differs")
	}
}

// plain makes a bundle as sealed does, with a file of each way in which files get
// into the zip but without the answer, which makes it a twentieth of the size.
func plain(t testing.TB, key ed25519.PrivateKey) []byte {
	t.Helper()
	h := sampleHead(t, schema.Dutch)
	h.Sign = key
	dir := t.TempDir()
	w, total := sampleRun(t, dir, h, 3)
	all, err := w.settle(total)
	if err == nil {
		err = w.flush()
	}
	if err == nil {
		err = w.lines.finish()
	}
	stored, e := newMade(filepath.Join(dir, "stored"), false)
	if e != nil {
		t.Fatal(e)
	}
	defer func() { _ = stored.file.Close() }()
	for _, step := range []func() error{
		func() error { _, err := stored.Write([]byte("as it is")); return err },
		stored.finish,
		func() error { return w.zip.carry("stored.xlsx", stored, zip.Store) },
		func() error {
			return w.zip.stream("page.html", func(out io.Writer) error { _, err := out.Write([]byte("<p>")); return err })
		},
		func() error { return w.zip.carry(recordsPath, w.lines, zip.Deflate) },
		func() error {
			m, err := (&book{Writer: w, all: &all}).manifest()
			if err == nil {
				err = w.zip.put(manifestPath, m)
			}
			if err == nil && key != nil {
				err = w.zip.put(signaturePath, ed25519.Sign(key, m))
			}
			return err
		},
		w.zip.close,
	} {
		if err == nil {
			err = step()
		}
	}
	if err != nil {
		t.Fatal(causes(err))
	}
	b, err := os.ReadFile(filepath.Join(w.temp, bundleName))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestEveryByte flips bytes one at a time: all of a small bundle, signed or not, and
// of a whole one all but the files, which take far longer to look at: of those one in
// so many. Each must be found.
func TestEveryByte(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		bundle []byte
		inside int // one in so many is flipped of what is in the files
		least  int
	}{
		"small":         {plain(t, nil), 1, 5_000},
		"small, signed": {plain(t, testKey(1)), 1, 5_000},
		"whole, signed": {sealed(t, testKey(1)), 200, 7_000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := x.bundle
			inside := make([]bool, len(b)) // in a file's packed content
			z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range z.File {
				at, err := f.DataOffset()
				if err != nil {
					t.Fatal(err)
				}
				if f.Name == manifestPath || f.Name == signaturePath {
					continue // all of it
				}
				for i := at; i < at+int64(f.CompressedSize64); i++ {
					inside[i] = true
				}
			}
			r := rand.New(rand.NewPCG(5, uint64(len(b))))
			tried := 0
			for i := range b {
				if inside[i] && r.IntN(x.inside) > 0 {
					continue
				}
				tried++
				bit := byte(1) << r.IntN(8)
				b[i] ^= bit
				if rep := verified(t, b, nil); rep.Complete {
					t.Errorf("byte %d of %d, bit %#x (in a file: %v): not found", i, len(b), bit, inside[i])
				}
				b[i] ^= bit
			}
			if tried < x.least {
				t.Errorf("only %d bytes tried", tried)
			}
			t.Logf("%d bytes, %d flipped", len(b), tried)
			if rep := verified(t, b, nil); !rep.Complete {
				t.Errorf("after all that: %+v", rep)
			}
		})
	}
}

// TestTampering: what a person could do to a bundle is named.
func TestTampering(t *testing.T) {
	t.Parallel()
	b := sealed(t, testKey(1))
	const page = "inzage-2026-0042.html"
	for name, x := range map[string]struct {
		change func(*zip.Writer, *zip.File) bool // false: leave the file out
		want   []Finding
	}{
		"packed again": {
			func(*zip.Writer, *zip.File) bool { return true },
			[]Finding{{What: FindingLayout}},
		},
		"a file less": {
			func(_ *zip.Writer, f *zip.File) bool { return f.Name != page },
			[]Finding{{page, FindingMissing}},
		},
		"a file more": {
			func(z *zip.Writer, f *zip.File) bool {
				if f.Name == page {
					put(t, z, "raw/new.txt", []byte("new"))
				}
				return true
			},
			[]Finding{{"raw/new.txt", FindingAdded}},
		},
		"another content": {
			func(z *zip.Writer, f *zip.File) bool {
				if f.Name != page {
					return true
				}
				put(t, z, page, []byte("other"))
				return false
			},
			[]Finding{{page, FindingAltered}},
		},
		"the signature less": {
			func(_ *zip.Writer, f *zip.File) bool { return f.Name != signaturePath },
			[]Finding{{signaturePath, FindingMissing}},
		},
		"the manifest less": {
			func(_ *zip.Writer, f *zip.File) bool { return f.Name != manifestPath },
			[]Finding{{manifestPath, FindingMissing}},
		},
		"the manifest written again": {
			func(z *zip.Writer, f *zip.File) bool {
				if f.Name != manifestPath {
					return true
				}
				put(t, z, manifestPath, bytes.Replace(content(t, f), []byte(`"explained": 3`), []byte(`"explained": 2`), 1))
				return false
			},
			[]Finding{{signaturePath, FindingAltered}},
		},
	} {
		var out bytes.Buffer
		z := zip.NewWriter(&out)
		old, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range old.File {
			if x.change(z, f) {
				put(t, z, f.Name, content(t, f))
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		got := verified(t, out.Bytes(), nil)
		if d := gocmp.Diff(x.want, got.Findings); d != "" || got.Complete {
			t.Errorf("%s: complete %v\n%s", name, got.Complete, d)
		}
	}
	for name, x := range map[string][]byte{"nothing": nil, "no zip": []byte("no zip"), "the first half": b[:len(b)/2]} {
		got := verified(t, x, nil)
		if d := gocmp.Diff([]Finding{{What: FindingUnreadable}}, got.Findings); d != "" || got.Complete {
			t.Errorf("%s: %s", name, d)
		}
	}
	for name, x := range map[string][]byte{
		"bytes behind it":    append(bytes.Clone(b), 0),
		"bytes in front":     append([]byte{0}, b...),
		"a comment":          append(append(bytes.Clone(b[:len(b)-2]), 1, 0), 'x'),
		"another zip behind": append(bytes.Clone(b), b...),
	} {
		if got := verified(t, x, nil); got.Complete {
			t.Errorf("%s: not found", name)
		}
	}
}

func put(t testing.TB, z *zip.Writer, name string, b []byte) {
	t.Helper()
	w, err := z.Create(name)
	if err == nil {
		_, err = w.Write(b)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestKeys: what is made can be read, and nothing else.
func TestKeys(t *testing.T) {
	t.Parallel()
	private, public, err := NewKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ReadPrivateKey(private)
	if err != nil {
		t.Fatal(causes(err))
	}
	pub, err := ReadPublicKey(public)
	if err != nil {
		t.Fatal(causes(err))
	}
	if !pub.Equal(key.Public()) || len(Fingerprint(pub)) != 64 {
		t.Error("the two files are not of one key")
	}
	if _, err := ReadPrivateKey(public); schema.CodeOf(err) != schema.CodeConfig {
		t.Errorf("public key to sign with: %v", err)
	}
	if _, err := ReadPublicKey(private); schema.CodeOf(err) != schema.CodeConfig {
		t.Errorf("private key to check with: %v", err)
	}
	if _, err := ReadPublicKey([]byte("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")); schema.CodeOf(err) != schema.CodeConfig {
		t.Errorf("nonsense: %v", err)
	}
}

// TestOpenSSL: somebody else's program agrees about a signature.
func TestOpenSSL(t *testing.T) {
	t.Parallel()
	openssl := tool(t, "openssl")
	private, public, err := NewKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ReadPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	b := sealed(t, key)
	dir := t.TempDir()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{"key.pub": public}
	for _, f := range z.File {
		if f.Name == manifestPath || f.Name == signaturePath {
			files[f.Name] = content(t, f)
		}
	}
	for name, b := range files {
		if err := writeFile(filepath.Join(dir, name), b); err != nil {
			t.Fatal(err)
		}
	}
	cmd := command(t, openssl, "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "key.pub", "-in", manifestPath, "-sigfile", signaturePath)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}
