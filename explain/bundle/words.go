package bundle

import (
	"strconv"
	"strings"
	"time"

	"inzage/schema"
)

// Words gives the catalog's text for a key in the language of the bundle. Args
// are name, value pairs for its {name} placeholders. Where the catalog has no
// text it gives back the key, bare or in quotes.
type Words func(key string, args ...any) string

// term is the word for one of our own codes ("class", "unknown"), the code
// itself where there is none.
func (w Words) term(kind, code string) string {
	if code == "" {
		return ""
	}
	key := kind + "." + code
	if s := w(key); s != "" && !strings.Contains(s, key) {
		return s
	}
	return code
}

// explain is the sentence about a code, empty where there is none.
func (w Words) explain(kind, code string) string {
	key := kind + "." + code + ".explain"
	if s := w(key); !strings.Contains(s, key) {
		return s
	}
	return ""
}

// number writes n with the separator of the language.
func (w Words) number(n int64) string {
	s := strconv.FormatInt(n, 10)
	sep := w("bundle.thousands")
	var b strings.Builder
	for i, c := range []byte(s) {
		if i > 0 && (len(s)-i)%3 == 0 && s[i-1] != '-' {
			b.WriteString(sep)
		}
		b.WriteByte(c)
	}
	return b.String()
}

// share writes a part of 1 as a percentage.
func (w Words) share(part float64) string {
	return strings.Replace(strconv.FormatFloat(100*part, 'f', 1, 64), ".", w("bundle.decimal"), 1) + "%"
}

// date writes the day of t in words.
func (w Words) date(t time.Time) string {
	return w("bundle.date", "day", strconv.Itoa(t.Day()),
		"month", w("bundle.month."+strconv.Itoa(int(t.Month()))), "year", strconv.Itoa(t.Year()))
}

// months are the short names of the months, for days in tables.
type months [12]string

func (w Words) months() *months {
	var m months
	for i := range m {
		m[i] = w("bundle.month." + strconv.Itoa(i+1) + ".short")
	}
	return &m
}

// day writes the day of t as the cells of the workbook show it.
func (m *months) day(t time.Time) string { return strconv.Itoa(t.Day()) + " " + m.month(t) }

func (m *months) month(t time.Time) string { return m[t.Month()-1] + " " + strconv.Itoa(t.Year()) }

// list joins names with commas.
func (w Words) list(kind string, codes []string) string {
	words := make([]string, len(codes))
	for i, c := range codes {
		words[i] = w.term(kind, c)
	}
	return strings.Join(words, ", ")
}

// lang is the language tag to use where none was given.
func lang(l schema.Lang) schema.Lang {
	if l == "" {
		return schema.Dutch
	}
	return l
}
