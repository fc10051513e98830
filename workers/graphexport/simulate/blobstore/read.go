package blobstore

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// getBlob answers with a blob, or part of one, or what is known of it (HEAD).
func (s *Store) getBlob(w http.ResponseWriter, q request) *fault {
	if !q.may("r") {
		return denied()
	}
	b, f := s.read(q)
	if f != nil {
		return f
	}
	if q.Header.Get("If-None-Match") == b.tag {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	if match := q.Header.Get("If-Match"); match != "" && match != "*" && match != b.tag {
		return &fault{http.StatusPreconditionFailed, "ConditionNotMet"}
	}
	from, to, partial, ok := span(q.Header, len(b.data))
	if !ok {
		return &fault{http.StatusRequestedRangeNotSatisfiable, "InvalidRange"}
	}
	h := w.Header()
	b.describe(h)
	h.Set("Content-Length", strconv.Itoa(to-from))
	status := http.StatusOK
	if partial {
		status = http.StatusPartialContent
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to-1, len(b.data)))
		h.Del("Content-Md5") // would be the hash of the part
		if b.md5 != "" {
			h.Set("X-Ms-Blob-Content-Md5", b.md5)
		}
	}
	w.WriteHeader(status)
	if q.Method == http.MethodGet {
		_, _ = w.Write(b.data[from:to]) // the client may be gone
	}
	return nil
}

// read returns a blob as it is now, so that a slow reader holds up nobody.
func (s *Store) read(q request) (blob, *fault) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, f := s.find(q)
	if f != nil {
		return blob{}, f
	}
	b, ok := c.blobs[q.blob]
	if !ok {
		return blob{}, &fault{http.StatusNotFound, "BlobNotFound"}
	}
	return *b, nil
}

func (b *blob) describe(h http.Header) {
	b.written(h)
	h.Del("X-Ms-Request-Server-Encrypted")
	h.Set("Content-Type", b.contentType)
	h.Set("Accept-Ranges", "bytes")
	h.Set("X-Ms-Blob-Type", b.kind)
	h.Set("X-Ms-Creation-Time", b.created.UTC().Format(http.TimeFormat))
	h.Set("X-Ms-Server-Encrypted", "true")
	h.Set("X-Ms-Lease-State", "available")
	h.Set("X-Ms-Lease-Status", "unlocked")
	if b.kind == appendBlob {
		h.Set("X-Ms-Blob-Committed-Block-Count", strconv.Itoa(b.appended))
	}
	for name, value := range b.meta {
		h.Set("X-Ms-Meta-"+name, value)
	}
}

// span reads the range that is asked for, "bytes=from-to" or "bytes=from-". A
// range that cannot be read is passed over, as HTTP has it.
func span(h http.Header, size int) (from, to int, partial, ok bool) {
	text := h.Get("X-Ms-Range")
	if text == "" {
		text = h.Get("Range")
	}
	text, isBytes := strings.CutPrefix(text, "bytes=")
	first, last, _ := strings.Cut(text, "-")
	from, err := strconv.Atoi(first)
	if !isBytes || err != nil {
		return 0, size, false, true
	}
	if from >= size {
		return 0, 0, false, false
	}
	to = size
	if n, err := strconv.Atoi(last); err == nil && n < size-1 {
		to = n + 1
	}
	return from, to, true, to > from
}
