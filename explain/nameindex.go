package explain

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// nameIndex finds known names in text, whatever stands between their words and
// in whatever order: "Bakker, Karim", karim.bakker, KarimBakker.
type nameIndex struct {
	first map[string][][]string // by first word, lower case
	begin [1 << 16]bool         // the first two bytes of the first words
	known map[string]bool
}

const (
	// minName is how many letters a name must have to be looked for in text,
	// maxName how many words it can have: what is longer is a text, no name.
	minName = 6
	maxName = 12
)

// add learns a name of two words or more.
func (x *nameIndex) add(words []string) {
	if len(words) < 2 || len(words) > maxName {
		return
	}
	joined := strings.Join(words, "")
	if len(joined) < minName || x.known[joined] {
		return
	}
	if x.first == nil {
		x.first, x.known = make(map[string][][]string), make(map[string]bool)
	}
	x.known[strings.Clone(joined)] = true
	last := len(words) - 1
	turned := append([]string{words[last]}, words[:last]...)
	for _, form := range [][]string{
		words, turned,
		{words[0], words[last]},
		{words[last], words[0]},
		{joined},
		{words[0] + words[last]},
		{words[last] + words[0]},
	} {
		if len(strings.Join(form, "")) < minName {
			continue
		}
		form = slices.Clone(form)
		for i := range form {
			form[i] = strings.Clone(form[i])
		}
		x.first[form[0]] = append(x.first[form[0]], form)
		x.begin[pair(form[0])] = true
	}
}

// pair is the place in begin of a word.
func pair(word string) int {
	if len(word) < 2 {
		return int(word[0]|0x20) << 8
	}
	return int(word[0]|0x20)<<8 | int(word[1]|0x20)
}

// find finds a known name in v, and returns its words.
func (x *nameIndex) find(v string, from int) (span, []string, bool) {
	if x.first == nil {
		return span{}, nil, false
	}
	for i := from; i < len(v); {
		if !isNameByte(v[i]) {
			i++
			continue
		}
		end := max(wordEnd(v, i), i+1)
		single := i+1 == end // an initial: any second byte
		if x.begin[pair(v[i:end])] || single {
			if s, words, ok := x.match(v, i, end); ok {
				return s, words, true
			}
		}
		i = end
	}
	return span{}, nil, false
}

func (x *nameIndex) match(v string, start, end int) (span, []string, bool) {
	for _, form := range x.first[strings.ToLower(v[start:end])] {
		to, ok := end, true
		for _, word := range form[1:] {
			at := to
			for at < len(v) && at-to < 3 && strings.IndexByte(" ,._-+'", v[at]) >= 0 {
				at++
			}
			stop := wordEnd(v, at)
			if at == to || !strings.EqualFold(v[at:stop], word) {
				ok = false
				break
			}
			to = stop
		}
		if ok {
			return span{start, to}, form, true
		}
	}
	return span{}, nil, false
}

func isNameByte(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80 }

// wordEnd is where the word of letters that begins at i ends.
func wordEnd(v string, i int) int {
	for i < len(v) {
		switch {
		case v[i] < utf8.RuneSelf && isNameByte(v[i]):
			i++
		case v[i] >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(v[i:])
			if !unicode.IsLetter(r) {
				return i
			}
			i += n
		default:
			return i
		}
	}
	return i
}
