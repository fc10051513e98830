package bundle

import "testing"

// Eight bytes at once are judged as each by itself.
func TestBare(t *testing.T) {
	t.Parallel()
	plain := func(c byte) bool { return c >= ' ' && c < 0x7f && c != '"' && c != '\\' }
	text := []byte("abcdefgh")
	for place := range text {
		for c := range 256 {
			for _, next := range []byte{'x', ' ', '~', '!', '#', '[', ']', 0, 0x7f, 0x80, 0xff, '"'} {
				copy(text, "abcdefgh")
				text[place] = byte(c)
				text[(place+1)%8] = next
				if got, want := bare(string(text)), plain(byte(c)) && plain(next); got != want {
					t.Fatalf("%q: %t, want %t", text, got, want)
				}
			}
		}
	}
}
