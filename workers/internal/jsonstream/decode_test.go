package jsonstream

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"inzage/schema"
)

func utf16le(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

func utf16be(s string) []byte {
	b := utf16le(s)
	for i := 0; i+1 < len(b); i += 2 {
		b[i], b[i+1] = b[i+1], b[i]
	}
	return b
}

func TestDecode(t *testing.T) {
	t.Parallel()
	const (
		converted = schema.RepairEncoding
		mark      = schema.RepairByteOrderMark
		half      = schema.RepairLoneSurrogate
		invalid   = schema.RepairInvalidUTF8
	)
	const text = "{\"a\":\"é€😀\"}\r\n"
	long := strings.Repeat(text, 20_000)
	for _, tt := range []struct {
		name, in, want, encoding string
		repairs                  repairs
	}{
		{"nothing", "", "", UTF8, nil},
		{"one byte", "{", "{", UTF8, nil},
		{"utf-8", text, text, UTF8, nil},
		{"utf-8, marked", bom + text, text, UTF8, repairs{mark: 1}},
		{"not utf-8", "\xe9t\xe9", "\xe9t\xe9", UTF8, nil},
		{"zeros", "\x00\x00\x00\x00", "\x00\x00\x00\x00", UTF8, nil},
		{"little endian", string(utf16le(text)), text, UTF16LE, repairs{converted: 1}},
		{"little endian, marked", "\xff\xfe" + string(utf16le(text)), text, UTF16LE, repairs{converted: 1, mark: 1}},
		{"big endian", string(utf16be(text)), text, UTF16BE, repairs{converted: 1}},
		{"big endian, marked", "\xfe\xff" + string(utf16be(text)), text, UTF16BE, repairs{converted: 1, mark: 1}},
		{"mark only", "\xff\xfe", "", UTF16LE, repairs{converted: 1, mark: 1}},
		{"long", string(utf16le(long)), long, UTF16LE, repairs{converted: 1}},
		{"halves", "\xff\xfe\x00\xd8x\x00\x01\xdc\x3d\xd8\x3d\xd8\x00\xde\x3d\xd8", `\ud800x\udc01\ud83d😀\ud83d`, UTF16LE, repairs{converted: 1, mark: 1, half: 4}},
		{"odd byte", "\xfe\xff\x00x\xd8\x3d\xde", `x\ud83d\xde`, UTF16BE, repairs{converted: 1, mark: 1, half: 1, invalid: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for name, wrap := range map[string]func(io.Reader) io.Reader{
				"whole": func(r io.Reader) io.Reader { return r },
				"bytes": iotest.OneByteReader, "halves": iotest.HalfReader, "end with data": iotest.DataErrReader,
			} {
				var tally schema.Tally
				r, encoding := Decode(wrap(strings.NewReader(tt.in)), &tally)
				got, err := io.ReadAll(wrap(r))
				if err != nil || string(got) != tt.want || encoding != tt.encoding {
					t.Errorf("%s: %d bytes of %s, error %v", name, len(got), encoding, err)
				}
				if diff := cmp.Diff(tt.repairs, tally.Repairs); diff != "" {
					t.Errorf("%s: repairs (-want +got): %s", name, diff)
				}
			}
		})
	}
}

func TestDecodeError(t *testing.T) {
	t.Parallel()
	cause := errors.New("disk gone")
	for _, in := range []string{"", "{}", string(utf16le("{}")), string(utf16le(strings.Repeat("{}", 500)))} {
		r, _ := Decode(io.MultiReader(strings.NewReader(in), iotest.ErrReader(cause)), nil)
		if got, err := io.ReadAll(r); !errors.Is(err, cause) || len(in) > 0 && len(got) == 0 {
			t.Errorf("%d bytes and error %v", len(got), err)
		}
	}
}

// FuzzDecode: the text is UTF-8, whatever came, and the same however it came.
func FuzzDecode(f *testing.F) {
	f.Add([]byte("\xff\xfe\x00\xd8x"))
	f.Add(utf16be("{\"a\":1}"))
	f.Fuzz(func(t *testing.T, in []byte) {
		r, encoding := Decode(bytes.NewReader(in), nil)
		want, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if encoding != UTF8 && !utf8.Valid(want) {
			t.Fatal("converted to what is not UTF-8")
		}
		if encoding == UTF8 && !bytes.Equal(want, bytes.TrimPrefix(in, []byte(bom))) {
			t.Fatal("UTF-8 was changed")
		}
		r, again := Decode(iotest.OneByteReader(bytes.NewReader(in)), nil)
		if got, err := io.ReadAll(iotest.OneByteReader(r)); err != nil || again != encoding || !bytes.Equal(got, want) {
			t.Fatal("another text in another way of reading")
		}
	})
}
