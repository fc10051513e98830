package har

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"inzage/schema"
)

// mitmproxy keeps a capture as dictionaries one after another, each a "tagged
// netstring": its length in digits, a colon, so many bytes, and a letter for what
// they are.
const (
	formatFlows = "mitmproxy"

	// maxFlow is how long one may be, in bytes, with all that came back.
	maxFlow = maxEntry
)

// The letters that are read. A text is bytes in older files.
const (
	isDict  = '}'
	isList  = ']'
	isBytes = ','
	isText  = ';'
	isFloat = '^'
	isInt   = '#'
)

// cutItem takes the first item off bytes.
func cutItem(b []byte) (kind byte, item, rest []byte, ok bool) {
	i := bytes.IndexByte(b[:min(len(b), maxDigits+1)], ':')
	if i < 0 {
		return 0, nil, nil, false
	}
	n, err := strconv.ParseUint(string(b[:i]), 10, 31)
	if err != nil || uint64(len(b)-i-1) <= n {
		return 0, nil, nil, false
	}
	b = b[i+1:]
	return b[n], b[:n], b[n+1:], true
}

// maxDigits is how many digits a length has: mitmproxy's own limit.
const maxDigits = 12

// lookup finds the value of a key in a dictionary.
func lookup(dict []byte, key string) (kind byte, value []byte, found bool) {
	for len(dict) > 0 {
		_, name, rest, ok := cutItem(dict)
		if !ok {
			return 0, nil, false
		}
		kind, value, dict, ok = cutItem(rest)
		if !ok {
			return 0, nil, false
		}
		if string(name) == key {
			return kind, value, true
		}
	}
	return 0, nil, false
}

// textOf gives the value of a key that is text, else nothing.
func textOf(dict []byte, key string) string {
	switch kind, value, _ := lookup(dict, key); kind {
	case isBytes, isText, isInt:
		return string(value)
	}
	return ""
}

// isFlows judges by the beginning of a file: a dictionary whose first key is one
// that a flow has.
func isFlows(head []byte) bool {
	i := bytes.IndexByte(head[:min(len(head), maxDigits+1)], ':')
	if i < 1 || strings.Trim(string(head[:i]), "0123456789") != "" {
		return false
	}
	kind, key, _, ok := cutItem(head[i+1:])
	if !ok || kind != isBytes && kind != isText {
		return false
	}
	switch string(key) {
	case "websocket", "response", "request", "version", "type", "id", "error", "client_conn", "server_conn", "intercepted",
		"is_replay", "modified", "marked", "metadata", "comment", "timestamp_created", "backup", "mode", "messages":
		return true
	}
	return false
}

// flows hands over the flows of a file.
func (r *reading) flows() error {
	in, err := r.file.Open()
	if err != nil {
		return schema.FailRead("open capture", err)
	}
	defer in.Close()
	if !r.plain("mitmproxy") {
		return nil
	}
	b := bufio.NewReaderSize(in, 64<<10)
	for at := int64(0); ; {
		n, digits, err := length(b)
		if err == io.EOF && digits == 0 { //nolint:errorlint // a wrapped EOF is no end but a file that broke off
			return nil
		}
		if err != nil {
			return err
		}
		start := at
		at += int64(digits) + n + 1
		var data bytes.Buffer
		_, err = io.CopyN(&data, b, min(n+1, maxFlow+1))
		if err == nil && n+1 > maxFlow {
			_, err = io.CopyN(io.Discard, b, n+1-(maxFlow+1))
		}
		switch {
		case errors.Is(err, io.EOF):
			r.unread(schema.CodeTruncated, int64(data.Len()), start)
			return nil
		case err != nil:
			return schema.FailRead("read capture", err)
		case n+1 > maxFlow:
			if !r.unread(schema.CodeTooLarge, n, start) {
				return nil
			}
		default:
			if !r.flow(data.Bytes(), start) {
				return nil
			}
		}
	}
}

// length reads the length in front of a flow, the colon included.
func length(b *bufio.Reader) (n int64, digits int, err error) {
	for ; digits <= maxDigits; digits++ {
		c, err := b.ReadByte()
		switch {
		case err == io.EOF && digits == 0:
			return 0, 0, io.EOF
		case err != nil && err != io.EOF:
			return 0, digits, schema.FailRead("read capture", err)
		case err != nil:
			return 0, digits, schema.Fail(schema.CodeTruncated, "read capture", nil)
		case c == ':' && digits > 0:
			return n, digits + 1, nil
		case c < '0' || c > '9':
			return 0, digits, schema.Fail(schema.CodeSyntax, "read capture", nil)
		}
		n = n*10 + int64(c-'0')
	}
	return 0, digits, schema.Fail(schema.CodeSyntax, "read capture", nil)
}

// flow hands over one flow: a request, or, where it is of another protocol, that
// there was one.
func (r *reading) flow(data []byte, offset int64) bool {
	dict, size := data[:len(data)-1], int64(len(data)-1)
	if data[len(data)-1] != isDict {
		return r.unread(schema.CodeSyntax, size, offset)
	}
	kind, request, found := lookup(dict, "request")
	if !found && textOf(dict, "type") != "" && textOf(dict, "type") != "http" {
		r.tally.Repair(schema.RepairContent, 1)
		return r.request(exchange{}, offset)
	}
	if kind != isDict {
		return r.unread(schema.CodeSyntax, size, offset)
	}
	w := wire{method: textOf(request, "method"), started: timeOf(request)}
	var more, moreAnswered bool
	w.asked, more = headersOf(request)
	_, w.body, _ = lookup(request, "content")
	host := get(w.asked, "host")
	for _, name := range []string{textOf(request, "authority"), textOf(request, "host")} {
		if host == "" {
			host = name
		}
	}
	scheme := textOf(request, "scheme")
	if scheme == "" {
		scheme = "https"
	}
	w.url = scheme + "://" + host + textOf(request, "path")
	if kind, response, _ := lookup(dict, "response"); kind == isDict {
		w.status = textOf(response, "status_code")
		w.answered, moreAnswered = headersOf(response)
		_, content, _ := lookup(response, "content")
		w.content = len(content) > 0
	}
	if kind, talk, _ := lookup(dict, "websocket"); kind == isDict && len(talk) > 0 {
		w.content = true
	}
	w.content = w.content || more || moreAnswered
	return r.hand(&w, offset)
}

// headersOf reads a list of pairs. more tells that something in it was not read.
func headersOf(message []byte) (list []header, more bool) {
	kind, all, _ := lookup(message, "headers")
	if kind != isList {
		return nil, false
	}
	for len(all) > 0 && len(list) < maxHeaders {
		_, pair, rest, ok := cutItem(all)
		if !ok {
			return list, true
		}
		all = rest
		_, name, rest, ok1 := cutItem(pair)
		_, value, _, ok2 := cutItem(rest)
		if ok1 && ok2 {
			list = append(list, header{string(name), string(value)})
		}
	}
	return list, len(all) > 0
}

// maxHeaders bounds the headers of a message: what is behind it is no header that
// anybody sends.
const maxHeaders = 1000

// timeOf reads when a message began, in seconds since 1970.
func timeOf(message []byte) string {
	kind, value, _ := lookup(message, "timestamp_start")
	if kind != isFloat && kind != isInt {
		return ""
	}
	s, err := strconv.ParseFloat(string(value), 64)
	if err != nil || math.IsNaN(s) || s < 0 || s > 1<<33 {
		return ""
	}
	whole, part := math.Modf(s)
	return time.Unix(int64(whole), int64(math.Round(part*1e6))*1e3).UTC().Format(time.RFC3339Nano)
}
