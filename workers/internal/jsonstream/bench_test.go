package jsonstream

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"inzage/schema"
)

// corpus is about size bytes of events of the shape that the viewer shows, one
// a line: some thirty short values, a key twice, one value with escapes.
func corpus(size int) []byte {
	rng := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, `{"ver":"4.0","name":"Contoso.App.Event%d","time":"2025-11-03T08:14:%02d.1234567Z",`, rng.IntN(200), i%60)
		fmt.Fprintf(&b, `"iKey":"o:%032x","ext":{"utc":{"eventFlags":258,"pgName":"WIN","flags":%d,"epoch":"%d","seq":%d},`, rng.Uint64(), rng.Uint32(), rng.Uint32(), i)
		fmt.Fprintf(&b, `"metadata":{"f":{"StateDurationMS":5,"BootTimeUTC":9},"privTags":16777216},"mscv":{"cV":"%x.0","cV":"%x.1"},`, rng.Uint64(), rng.Uint64())
		fmt.Fprintf(&b, `"os":{"bootId":%d,"name":"Windows","ver":"10.0.19042.985.amd64fre.vb_release.191206-1406"},`, i%40)
		fmt.Fprintf(&b, `"app":{"id":"W:0000%040x!0000%040x!contoso.exe","ver":"1970/01/01:00:00:00!0!","asId":1},`, rng.Uint64(), rng.Uint64())
		fmt.Fprintf(&b, `"device":{"localId":"s:%X","deviceClass":"Windows.Desktop"},"user":{"localId":"w:%X"},"loc":{"tz":"+01:00"}},`, rng.Uint64(), rng.Uint64())
		fmt.Fprintf(&b, `"data":{"Path":"C:\\Users\\Public\\doc%d.txt","Text":"%s","Ok":true,"Size":%d,"List":[1,2,3],"None":null}}`+"\n",
			i, strings.Repeat("invented words ", 1+rng.IntN(8)), rng.Uint32())
	}
	return b.Bytes()
}

func BenchmarkSplit(b *testing.B) {
	data := corpus(4 << 20)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range Split(bytes.NewReader(data), 0, nil) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkFlatten(b *testing.B) {
	lines := bytes.Split(bytes.TrimSpace(corpus(4<<20)), []byte("\n"))
	size := int64(0)
	for _, line := range lines {
		size += int64(len(line))
	}
	b.SetBytes(size)
	b.ReportAllocs()
	var f Flattener
	var fields []schema.Field
	for b.Loop() {
		for _, line := range lines {
			var code schema.Code
			if fields, code = f.Flatten(fields[:0], line); code != "" {
				b.Fatal(code)
			}
		}
	}
}

func BenchmarkBoth(b *testing.B) {
	data := corpus(4 << 20)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	var rec schema.Record
	for b.Loop() {
		var f Flattener
		for p, err := range Split(bytes.NewReader(data), 0, nil) {
			if err != nil {
				b.Fatal(err)
			}
			if f.Read(&rec, p); rec.Unreadable != "" {
				b.Fatal(rec.Unreadable)
			}
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	data := utf16le(string(corpus(4 << 20)))
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		r, _ := Decode(bytes.NewReader(data), nil)
		if _, err := io.Copy(io.Discard, r); err != nil {
			b.Fatal(err)
		}
	}
}
