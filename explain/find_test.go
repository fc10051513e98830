package explain

import (
	"encoding/base64"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestFindersSkip: finders that jump over text find what one finds that looks at
// every byte.
func TestFindersSkip(t *testing.T) {
	t.Parallel()
	slow := map[string]finder{"hex": everyHex, "GUID": everyGUID, "SID": everySID, "base64": everyBase64}
	fast := map[string]finder{"hex": findHex, "GUID": findGUID, "SID": findSID, "base64": func(v string, from int) (span, bool) {
		s, _, ok := findBase64(v, from)
		return s, ok
	}}
	parts := []string{
		"0a89d516-ae71-4e01-ae89-c96d185e9ae3", "0a89d516ae714e01", "ae89c96d185e9ae3", "S-1-5-21-1-2", "s-1-12-1-", "-", "=", "x", "s", "0", " ", "é", "G",
		"aGFpIGthcmltLmJha2tlckB3YXRlcmxhbmQuZXhhbXBsZQ", "d3d3LmEubmwg", "ItemCountAccount", "0123456", "ab-cd", `"`, "/", "+", "\x00", "%",
	}
	r := rand.New(rand.NewPCG(1, 2))
	found := 0
	for range 60_000 {
		var b strings.Builder
		for range r.IntN(7) {
			p := parts[r.IntN(len(parts))]
			b.WriteString(p[:r.IntN(len(p))+1])
		}
		v := b.String()
		for name, find := range fast {
			for from := 0; from <= len(v); from++ {
				got, ok := find(v, from)
				want, found1 := slow[name](v, from)
				if got != want || ok != found1 {
					t.Fatalf("%s in %q from %d: %v %v, want %v %v", name, v, from, got, ok, want, found1)
				}
				if !ok {
					break
				}
				found++
			}
		}
		if got, want := signsOf(v), everySign(v); got != want {
			t.Fatalf("%q: signs %+v, want %+v", v, got, want)
		}
	}
	if found < 10_000 {
		t.Errorf("only %d finds: the texts are no test", found)
	}
}

func everySign(v string) signs {
	long, run := false, 0
	for i := range len(v) {
		if run++; strings.IndexByte("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+/-_", v[i]) < 0 {
			run = 0
		}
		long = long || run >= minBase64
	}
	slash := strings.ContainsAny(v, `/\`)
	return signs{
		at: strings.Contains(v, "@"), slash: slash, dash: strings.Count(v, "-") > 2, plus: strings.ContainsAny(v, "+0"),
		packed: slash || strings.ContainsAny(v, "%&\x00"), long: long,
	}
}

// everyRun finds the first run of at least n bytes of a set.
func everyRun(v string, from, n int, set string) (span, bool) {
	for i := from; i < len(v); i++ {
		end := i
		for end < len(v) && strings.IndexByte(set, v[end]) >= 0 {
			end++
		}
		if end-i >= n {
			return span{i, end}, true
		}
		i = end
	}
	return span{}, false
}

const everyHexDigit = "0123456789abcdefABCDEF"

func everyHex(v string, from int) (span, bool) {
	for s, ok := everyRun(v, from, 1, everyHexDigit); ok; s, ok = everyRun(v, s.to, 1, everyHexDigit) {
		if n := s.to - s.from; (n == 16 || n == 32) && (s.from == 0 || !isAlnum(v[s.from-1])) && (s.to == len(v) || !isAlnum(v[s.to])) {
			return s, true
		}
	}
	return span{}, false
}

func everyGUID(v string, from int) (span, bool) {
	for i := from; i+guidLength <= len(v); i++ {
		s := span{i, i + guidLength}
		if isGUID(s.of(v)) && (i == 0 || !isHex(v[i-1])) && (s.to == len(v) || !isHex(v[s.to]) && v[s.to] != '-') {
			return s, true
		}
	}
	return span{}, false
}

func everySID(v string, from int) (span, bool) {
	for i := from; i < len(v); i++ {
		for _, prefix := range []string{"s-1-5-21-", "s-1-12-1-"} {
			if low := strings.ToLower(v[i:min(len(v), i+len(prefix))]); low == prefix {
				if s, ok := everyRun(v, i+len(prefix), 1, "0123456789-"); ok && s.from == i+len(prefix) && isDigit(v[s.from]) {
					return span{i, s.to}, true
				}
			}
		}
	}
	return span{}, false
}

func everyBase64(v string, from int) (span, bool) {
	for {
		s, ok := everyRun(v, from, minBase64, everyHexDigit+"ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ+/-_")
		if !ok {
			return span{}, false
		}
		word := s.of(v)
		for s.to < len(v) && v[s.to] == '=' {
			s.to++
		}
		code := base64.RawStdEncoding
		if strings.ContainsAny(word, "-_") {
			code = base64.RawURLEncoding
		}
		if text, err := code.DecodeString(word); err == nil && plainText(text) {
			return s, true
		}
		from = s.to
	}
}
