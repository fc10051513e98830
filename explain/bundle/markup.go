package bundle

import (
	"io"
	"strconv"
	"strings"

	"inzage/schema"
)

// markup writes HTML. Every text and every value of an attribute goes through
// it, so that nothing in the data can become markup.
type markup struct {
	buf  []byte
	out  io.Writer
	size int64 // bytes written
	err  error
}

// open starts an element; attributes are name, value pairs. One without a value
// is left out.
func (m *markup) open(tag string, attributes ...string) {
	m.buf = append(append(m.buf, '<'), tag...)
	for i := 0; i+1 < len(attributes); i += 2 {
		if attributes[i+1] == "" {
			continue
		}
		m.buf = append(append(append(m.buf, ' '), attributes[i]...), '=', '"')
		m.escape(attributes[i+1])
		m.buf = append(m.buf, '"')
	}
	m.buf = append(m.buf, '>')
}

func (m *markup) shut(tag string) {
	m.buf = append(append(append(m.buf, '<', '/'), tag...), '>')
}

// line ends a line: for who reads the source, and for programs that compare.
func (m *markup) line() {
	m.buf = append(m.buf, '\n')
	if len(m.buf) >= 64<<10 {
		m.flush()
	}
}

// text is a text, hidden characters made visible.
func (m *markup) text(s string) { m.escape(visible(s)) }

func (m *markup) escape(s string) {
	start := 0
	for i := range len(s) {
		var as string
		switch s[i] {
		case '&':
			as = "&amp;"
		case '<':
			as = "&lt;"
		case '>':
			as = "&gt;"
		case '"':
			as = "&#34;"
		case '\r':
			as = "&#13;" // a bare one would be read as a line feed
		default:
			continue
		}
		m.buf = append(append(m.buf, s[start:i]...), as...)
		start = i + 1
	}
	m.buf = append(m.buf, s[start:]...)
}

// element is an element with a text.
func (m *markup) element(tag, text string, attributes ...string) {
	m.open(tag, attributes...)
	m.text(text)
	m.shut(tag)
}

func (m *markup) flush() {
	if m.err == nil {
		if _, err := m.out.Write(m.buf); err != nil {
			m.err = schema.Fail(schema.CodeOf(orIO(err)), "write page", err)
		}
	}
	m.size += int64(len(m.buf))
	m.buf = m.buf[:0]
}

// cssString is s as a string of CSS. What could end it, or the element around
// it, is escaped.
func cssString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range visible(s) {
		if r < ' ' || strings.ContainsRune(`"\<>&`, r) {
			b.WriteString(`\` + strconv.FormatInt(int64(r), 16) + " ")
		} else {
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
