package har

import (
	"bytes"
	"encoding/hex"
	"io"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"inzage/schema"
)

// wire is one request and its answer as programs have them that keep the bytes of
// HTTP. It is told with the paths of HAR, so that one list says what remains.
type wire struct {
	method, url, started string
	asked, answered      []header
	body                 []byte
	status               string // of the answer, empty where none came
	content              bool   // the answer has one, or more was there than is looked at
}

type header struct{ name, value string }

// get finds the first header of a name, in lower case.
func get(list []header, name string) string {
	for _, h := range list {
		if strings.EqualFold(h.name, name) {
			return h.value
		}
	}
	return ""
}

// fields are those that a HAR would have.
func (r *reading) fields(w *wire) []schema.Field {
	var list []schema.Field
	add := func(path, value string) {
		value = r.valid(value)
		list = append(list, schema.Field{Path: path, Value: schema.NewPersonal(value), Kind: schema.String})
	}
	each := func(path string, headers []header) {
		for i, h := range headers {
			at := path + "[" + strconv.Itoa(i) + "]."
			add(at+"name", h.name)
			add(at+"value", h.value)
		}
	}
	if w.started != "" {
		add("startedDateTime", w.started)
	}
	add("request.method", w.method)
	add("request.url", w.url)
	each("request.headers", w.asked)
	if len(w.url) <= maxAddress {
		each("request.queryString", parameters(w.url))
	} else {
		w.content = true
	}
	if len(w.body) > 0 {
		add("request.postData.mimeType", get(w.asked, "content-type"))
		list = append(list, schema.Field{Path: "request.postData.text", Value: schema.NewPersonal(string(w.body)), Kind: schema.String})
	}
	add("request.bodySize", strconv.Itoa(len(w.body)))
	if w.status != "" {
		add("response.status", w.status)
	}
	each("response.headers", w.answered)
	if w.content {
		add("response.content.text", "…") // that there was one is counted; what it was, nobody reads
	}
	return list
}

// maxAddress is how long an address may be whose parameters are looked at, in
// bytes.
const maxAddress = 64 << 10

// valid is text, whose bytes that are none are shown as \xNN.
func (r *reading) valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	r.tally.Repair(schema.RepairInvalidUTF8, 1)
	var b strings.Builder
	for i, c := range s {
		if _, n := utf8.DecodeRuneInString(s[i:]); c == utf8.RuneError && n == 1 {
			b.WriteString(`\x` + strings.ToUpper(hex.EncodeToString([]byte{s[i]})))
			continue
		}
		b.WriteRune(c)
	}
	return b.String()
}

// parameters are those in an address, in their order.
func parameters(address string) []header {
	u, err := url.Parse(address)
	if err != nil {
		return nil
	}
	var list []header
	for part := range strings.SplitSeq(u.RawQuery, "&") {
		name, value, _ := strings.Cut(part, "=")
		n, err1 := url.QueryUnescape(name)
		v, err2 := url.QueryUnescape(value)
		if err1 != nil || err2 != nil {
			n, v = name, value
		}
		if n != "" {
			list = append(list, header{n, v})
		}
	}
	return list
}

// maxHTTPHead is how long the lines before a body may be, in bytes.
const maxHTTPHead = 1 << 20

// message takes the text of an HTTP/1.1 message apart (RFC 9112): its first line,
// its headers, and its body without the marks of its chunks.
func message(data []byte) (first string, headers []header, body []byte, ok bool) {
	head := data
	if i := bytes.Index(data[:min(len(data), maxHTTPHead)], []byte("\r\n\r\n")); i >= 0 {
		head, body = data[:i], data[i+4:]
	} else if len(data) > maxHTTPHead {
		return "", nil, nil, false
	}
	first, rest, _ := strings.Cut(string(head), "\r\n")
	for line := range strings.SplitSeq(rest, "\r\n") {
		if name, value, ok := strings.Cut(line, ":"); ok {
			headers = append(headers, header{strings.TrimSpace(name), strings.TrimSpace(value)})
		}
	}
	if strings.EqualFold(get(headers, "transfer-encoding"), "chunked") {
		if whole, err := io.ReadAll(httputil.NewChunkedReader(bytes.NewReader(body))); err == nil {
			body = whole
		}
	}
	return first, headers, body, strings.Count(first, " ") >= 1
}

// hand hands over a request that was told in the bytes of HTTP.
func (r *reading) hand(w *wire, offset int64) bool {
	x, ok := r.entry(r.fields(w))
	if !ok {
		return true
	}
	return r.request(x, offset)
}

// unread hands over a request of so many bytes that cannot be read, and of which
// nothing is shown.
func (r *reading) unread(code schema.Code, size, offset int64) bool {
	rec := r.record(offset)
	rec.Unreadable, rec.Cut = code, size
	return r.yield(rec, nil)
}

// plain hands over what a file says of itself where that is the program only.
func (r *reading) plain(program string) bool {
	return r.note([]schema.Field{{Path: "log.creator.name", Value: schema.NewPersonal(program), Kind: schema.String}}, -1)
}
