package inputs

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"inzage/schema"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zip"
)

func TestDamageIsTold(t *testing.T) {
	t.Parallel()
	text := strings.Repeat(`{"a":1}`, 20)
	whole := archive(t, member{name: "X.json", data: text})
	long := archive(t, member{name: "X.json", data: strings.Repeat(text, 2000)})
	noisy := bytes.Clone(long)
	copy(noisy[40:], bytes.Repeat([]byte{0xff}, 40)) // inside the deflate stream
	wrong := func(h *zip.FileHeader) { h.CRC32++ }
	tests := map[string]struct {
		data []byte
		want seen
	}{
		"truncated": {whole[:len(whole)-10], seen{
			Files:    []content{{Name: "z", Text: string(whole[:len(whole)-10])}},
			Problems: []Problem{{"z", schema.CodeDamagedArchive}},
		}},
		"wrong checksum": {archive(t, member{"X.json", text, wrong}), seen{
			Files:    []content{{Name: "z/X.json", Text: text, Code: schema.CodeDamagedArchive}},
			Problems: []Problem{{"z/X.json", schema.CodeDamagedArchive}},
		}},
		"longer than it says": {archive(t, member{"X.json", text, func(h *zip.FileHeader) { h.UncompressedSize64 = 3 }}), seen{
			Files:    []content{{Name: "z/X.json", Code: schema.CodeDamagedArchive}},
			Problems: []Problem{{"z/X.json", schema.CodeDamagedArchive}},
		}},
		"unknown method": {archive(t, member{"X.json", text, func(h *zip.FileHeader) { h.Method = 9 }}), seen{
			Files:    []content{{Name: "z/X.json", Code: schema.CodeDamagedArchive}},
			Problems: []Problem{{"z/X.json", schema.CodeDamagedArchive}},
		}},
		"password": {archive(t, member{"X.json", text, func(h *zip.FileHeader) { h.Flags |= 1 }}, member{name: "y", data: "y"}), seen{
			Files:    []content{{Name: "z/X.json", Code: schema.CodeEncryptedMember}, {Name: "z/y", Text: "y"}},
			Problems: []Problem{{"z/X.json", schema.CodeEncryptedMember}},
		}},
		"nested and damaged": {archive(t, member{"in.zip", string(whole), wrong}), seen{
			Files:    []content{{Name: "z/in.zip", Text: string(whole), Code: schema.CodeDamagedArchive}},
			Problems: []Problem{{"z/in.zip", schema.CodeDamagedArchive}},
		}},
		"overlapping": {overlapping(t, 50), seen{
			Files:    []content{{Name: "z", Text: string(overlapping(t, 50))}},
			Problems: []Problem{{"z", schema.CodeLimit}},
		}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := look(t, Options{}, tree(t, map[string]string{"z": string(tc.data)}))
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Error(d)
			}
		})
	}
	t.Run("broken stream", func(t *testing.T) {
		t.Parallel()
		got := look(t, Options{}, tree(t, map[string]string{"z": string(noisy)}))
		if len(got.Files) != 1 || got.Files[0].Code != schema.CodeDamagedArchive {
			t.Errorf("damage not told")
		}
		if d := cmp.Diff([]Problem{{"z/X.json", schema.CodeDamagedArchive}}, got.Problems); d != "" {
			t.Error(d)
		}
	})
}

func TestLimits(t *testing.T) {
	t.Parallel()
	nest := func(n int) string {
		data := "core"
		for i := range n {
			data = string(archive(t, member{name: fmt.Sprint(n - i), data: data}))
		}
		return data
	}
	tests := map[string]struct {
		limits Limits
		files  map[string]string
		want   seen
	}{
		"files on disk": {
			Limits{Files: 2},
			map[string]string{"a": "a", "b": "b", "c": "c"},
			seen{
				Files:    []content{{Name: "a", Text: "a"}, {Name: "b", Text: "b"}, {Name: "c", Code: schema.CodeLimit}},
				Problems: []Problem{{"c", schema.CodeLimit}},
			},
		},
		"files in an archive": {
			Limits{Files: 2},
			map[string]string{"a": "a", "z": string(archive(t, member{name: "1"}, member{name: "2"}))},
			seen{
				Files:    []content{{Name: "a", Text: "a"}, {Name: "z", Text: string(archive(t, member{name: "1"}, member{name: "2"}))}},
				Problems: []Problem{{"z", schema.CodeLimit}},
			},
		},
		"as deep as allowed": {Limits{}, map[string]string{"z": nest(4)}, seen{Files: []content{{Name: "z/1/2/3/4", Text: "core"}}}},
		"too deep": {Limits{}, map[string]string{"z": nest(5)}, seen{
			Files:    []content{{Name: "z/1/2/3/4", Text: string(archive(t, member{name: "5", data: "core"}))}},
			Problems: []Problem{{"z/1/2/3/4", schema.CodeLimit}},
		}},
		"total size": {
			Limits{Bytes: 5},
			map[string]string{"z": string(archive(t, member{name: "a", data: "123"}, member{name: "b", data: "456"}, member{name: "c", data: "78"}))},
			seen{
				Files:    []content{{Name: "z/a", Text: "123"}, {Name: "z/b", Code: schema.CodeLimit}, {Name: "z/c", Text: "78"}},
				Problems: []Problem{{"z/b", schema.CodeLimit}},
			},
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// Names inside the deep archive count down, so that they read 1/2/3.
			if d := cmp.Diff(tc.want, look(t, Options{Limits: tc.limits}, tree(t, tc.files))); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestBombIsNotUnpacked(t *testing.T) {
	t.Parallel()
	z := bomb(t, 1<<30)
	dir := tree(t, map[string]string{"bomb.zip": string(z), "nested.zip": string(archive(t, member{name: "b.zip", data: string(z)}))})
	got := look(t, Options{}, dir)
	want := seen{
		Files: []content{
			{Name: "bomb.zip/zeros.json", Code: schema.CodeLimit},
			{Name: "nested.zip/b.zip/zeros.json", Code: schema.CodeLimit},
		},
		Problems: []Problem{
			{"bomb.zip/zeros.json", schema.CodeLimit},
			{"nested.zip/b.zip/zeros.json", schema.CodeLimit},
		},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("zip of %d bytes: %s", len(z), d)
	}
	// It is a bomb, not a broken file: with the limit away it unpacks.
	one := tree(t, map[string]string{"bomb.zip": string(bomb(t, 16<<20))})
	if got := look(t, Options{Limits: Limits{Ratio: 2000}}, one); len(got.Problems) > 0 || len(got.Files[0].Text) != 16<<20 {
		t.Errorf("not a bomb: %v", got.Problems)
	}
}
