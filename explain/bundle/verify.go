package bundle

import (
	"archive/zip"
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash/crc32"
	"io"
	"slices"
	"time"

	"inzage/schema"
)

// Every byte of a bundle is accounted for in one of three ways:
//
//   - The files: the manifest has the hash of each.
//   - The zip in front of the manifest: the manifest has its hash too, since a
//     packed file can be written in several ways that unpack to the same.
//   - The manifest, its signature, and the list of files at the end of the zip:
//     they follow from the manifest. Verify makes the zip again from it, without
//     packing anything, and holds the result against the bundle byte by byte.
//
// So a change anywhere is found. Against somebody who changes the manifest too,
// only the signature helps.

// Report says what a bundle is. The names of files in it can hold the name of a
// person: it is for who holds the bundle.
type Report struct {
	// Complete is true where everything is as it was made. Whether it was
	// made by the organisation, Signature tells.
	Complete  bool           `json:"complete"`
	Signature SignatureState `json:"signature"`
	// Signer is the fingerprint of the key that signed.
	Signer   string    `json:"signer,omitempty"`
	Case     string    `json:"case,omitempty"`
	Received string    `json:"received,omitempty"`
	Files    int       `json:"files"`
	Findings []Finding `json:"findings,omitempty"`
}

// Finding is something that is wrong: with a file, or with the zip as a whole
// where Path is empty.
type Finding struct {
	Path string      `json:"path,omitempty"`
	What FindingCode `json:"what"`
}

// FindingCode says what is wrong.
type FindingCode string

// What can be wrong with a bundle.
const (
	FindingUnreadable FindingCode = "unreadable" // no zip, or a zip that breaks off
	FindingAltered    FindingCode = "altered"    // a file is not what it was
	FindingMissing    FindingCode = "missing"    // a file is gone
	FindingAdded      FindingCode = "added"      // a file that was not there
	FindingLayout     FindingCode = "layout"     // bytes outside the files are not what they were
)

// SignatureState says what the signature is worth.
type SignatureState string

// The states of a signature.
const (
	SignatureNone    SignatureState = "none"    // nobody signed
	SignatureUnknown SignatureState = "unknown" // good, of the key that the bundle itself names
	SignatureGood    SignatureState = "good"    // good, of the key that was given
	SignatureOther   SignatureState = "other"   // good, but of another key than was given
	SignatureBad     SignatureState = "bad"     // it does not fit
)

// Verify checks a bundle of so many bytes. A key that is given must be the one
// that signed it. What cannot be read is a finding.
func Verify(r io.ReaderAt, size int64, key ed25519.PublicKey) *Report {
	v := &verifier{in: r, size: size, report: &Report{Signature: SignatureNone}, files: make(map[string]*zip.File)}
	v.run(key)
	rep := v.report
	rep.Complete = len(rep.Findings) == 0 && rep.Signature != SignatureBad && rep.Signature != SignatureOther && (key == nil || rep.Signature == SignatureGood)
	return rep
}

type verifier struct {
	in       io.ReaderAt
	size     int64
	report   *Report
	files    map[string]*zip.File
	content  []byte // of the manifest
	sign     []byte // the signature
	manifest manifest
	crcs     []uint32 // of the manifest's files
}

func (v *verifier) find(path string, what FindingCode) {
	v.report.Findings = append(v.report.Findings, Finding{path, what})
}

func (v *verifier) run(key ed25519.PublicKey) {
	z, err := zip.NewReader(v.in, v.size)
	if err != nil {
		v.find("", FindingUnreadable)
		return
	}
	for _, f := range z.File {
		if v.files[f.Name] != nil {
			v.find(f.Name, FindingAdded)
			continue
		}
		v.files[f.Name] = f
	}
	if !v.readManifest() {
		return
	}
	v.signature(key)
	for _, p := range v.manifest.Files {
		v.file(p)
	}
	known := []string{manifestPath}
	if v.manifest.Key != "" {
		known = append(known, signaturePath)
	}
	for _, p := range v.manifest.Files {
		known = append(known, p.Path)
	}
	for _, f := range z.File {
		if !slices.Contains(known, f.Name) {
			v.find(f.Name, FindingAdded)
		}
	}
	if len(v.report.Findings) > 0 {
		return // the layout must differ then
	}
	if !v.front() || !v.again() {
		v.find("", FindingLayout)
	}
}

// maxManifest bounds what is read before anything is known to be good.
const maxManifest = 64 << 20

// readManifest reads the manifest; false where nothing can be said without it.
func (v *verifier) readManifest() bool {
	f := v.files[manifestPath]
	if f == nil {
		v.find(manifestPath, FindingMissing)
		return false
	}
	var err error
	if v.content, err = readAll(f); err == nil {
		dec := json.NewDecoder(bytes.NewReader(v.content))
		dec.DisallowUnknownFields()
		err = dec.Decode(&v.manifest)
	}
	if err != nil || v.manifest.Version != manifestVersion {
		v.find(manifestPath, FindingAltered)
		return false
	}
	m := &v.manifest
	v.report.Case, v.report.Received, v.report.Files = m.Case, m.Received, len(m.Files)
	return true
}

func readAll(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	b, err := io.ReadAll(io.LimitReader(r, maxManifest+1))
	if err == nil && len(b) > maxManifest {
		err = errors.New("too large")
	}
	return b, err
}

// signature looks whether the manifest is signed, and by whom.
func (v *verifier) signature(given ed25519.PublicKey) {
	rep := v.report
	if v.manifest.Key == "" {
		return
	}
	rep.Signature = SignatureBad
	f := v.files[signaturePath]
	if f == nil {
		v.find(signaturePath, FindingMissing)
		return
	}
	signer, err := decodeKey(v.manifest.Key)
	if err == nil {
		v.sign, err = readAll(f)
	}
	if err != nil || !ed25519.Verify(signer, v.content, v.sign) {
		v.find(signaturePath, FindingAltered)
		return
	}
	rep.Signer = Fingerprint(signer)
	switch {
	case given == nil:
		rep.Signature = SignatureUnknown
	case signer.Equal(given):
		rep.Signature = SignatureGood
	default:
		rep.Signature = SignatureOther
	}
}

// file holds one file against its hash.
func (v *verifier) file(p part) {
	f := v.files[p.Path]
	if f == nil {
		v.find(p.Path, FindingMissing)
		return
	}
	sum, crc := sha256.New(), crc32.NewIEEE()
	r, err := f.Open()
	if err == nil {
		var n int64
		n, err = io.Copy(io.MultiWriter(sum, crc), io.LimitReader(r, p.Size+1)) // no more than it should hold
		_ = r.Close()
		if err == nil && (n != p.Size || hex.EncodeToString(sum.Sum(nil)) != p.SHA256) {
			err = errors.New("other content")
		}
	}
	if err != nil {
		v.find(p.Path, FindingAltered)
	}
	v.crcs = append(v.crcs, crc.Sum32())
}

// front holds the zip in front of the manifest against its hash.
func (v *verifier) front() bool {
	sum := sha256.New()
	n, err := io.Copy(sum, io.NewSectionReader(v.in, 0, min(v.size, v.manifest.Archive.Size)))
	return err == nil && n == v.manifest.Archive.Size && hex.EncodeToString(sum.Sum(nil)) == v.manifest.Archive.SHA256
}

// again makes the zip from its manifest, and reports whether that is the bundle.
func (v *verifier) again() bool {
	at, err := time.Parse(time.DateOnly, v.manifest.Received)
	if err != nil {
		return false
	}
	same := &sameness{in: v.in}
	out := bufio.NewWriterSize(same, 64<<10)
	z := zip.NewWriter(out)
	add := func(path string, size int64, crc uint32) bool {
		f := v.files[path]
		h := header(path, f.Method, at)
		h.CRC32, h.UncompressedSize64, h.CompressedSize64 = crc, uint64(size), f.CompressedSize64
		if f.Flags&streamed != 0 {
			h.Flags |= streamed
		}
		w, err := createPacked(z, h)
		if err != nil {
			return false
		}
		raw, err := f.OpenRaw()
		if err == nil {
			_, err = io.Copy(w, raw)
		}
		return err == nil
	}
	for i, p := range v.manifest.Files {
		if !add(p.Path, p.Size, v.crcs[i]) {
			return false
		}
	}
	if !add(manifestPath, int64(len(v.content)), crc32.ChecksumIEEE(v.content)) {
		return false
	}
	if v.manifest.Key != "" && !add(signaturePath, int64(len(v.sign)), crc32.ChecksumIEEE(v.sign)) {
		return false
	}
	return z.Close() == nil && out.Flush() == nil && same.at == v.size
}

// sameness is a writer that takes only the bytes that in has.
type sameness struct {
	in  io.ReaderAt
	at  int64
	buf []byte
}

// Write implements io.Writer.
func (s *sameness) Write(p []byte) (int, error) {
	s.buf = slices.Grow(s.buf[:0], len(p))[:len(p)]
	if n, err := s.in.ReadAt(s.buf, s.at); n < len(p) {
		return 0, schema.Fail(schema.CodeTampered, "compare bundle", err)
	}
	if !bytes.Equal(s.buf, p) {
		return 0, schema.Fail(schema.CodeTampered, "compare bundle", nil)
	}
	s.at += int64(len(p))
	return len(p), nil
}
