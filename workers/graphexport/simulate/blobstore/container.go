package blobstore

import (
	"encoding/xml"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// container holds blobs. It is guarded by the lock of the store.
type container struct {
	tag      string
	modified time.Time
	meta     map[string]string
	blobs    map[string]*blob
	staged   map[string]map[string][]byte // blocks that no list has named yet, by blob and block id
}

// find returns the container of a request. The lock is held.
func (s *Store) find(q request) (*container, *fault) {
	c, ok := s.containers[q.container]
	if !ok {
		return nil, &fault{http.StatusNotFound, "ContainerNotFound"}
	}
	return c, nil
}

// keyOnly refuses what a SAS of a container cannot give.
func keyOnly(q request) *fault {
	if q.URL.Query().Has("sig") {
		return denied()
	}
	return nil
}

func (s *Store) createContainer(w http.ResponseWriter, q request) *fault {
	if f := keyOnly(q); f != nil {
		return f
	}
	if !regexp.MustCompile(`^[a-z0-9](-?[a-z0-9])+$`).MatchString(q.container) || len(q.container) < 3 || len(q.container) > 63 {
		return &fault{http.StatusBadRequest, "InvalidResourceName"}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.containers[q.container]; ok {
		return &fault{http.StatusConflict, "ContainerAlreadyExists"}
	}
	c := &container{
		tag: s.tag(), modified: time.Now(), meta: metadata(q.Header),
		blobs: make(map[string]*blob), staged: make(map[string]map[string][]byte),
	}
	s.containers[q.container] = c
	c.describe(w.Header())
	w.WriteHeader(http.StatusCreated)
	return nil
}

func (s *Store) deleteContainer(w http.ResponseWriter, q request) *fault {
	if f := keyOnly(q); f != nil {
		return f
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, f := s.find(q); f != nil {
		return f
	}
	delete(s.containers, q.container)
	w.WriteHeader(http.StatusAccepted)
	return nil
}

func (s *Store) containerInfo(w http.ResponseWriter, q request) *fault {
	if f := keyOnly(q); f != nil {
		return f
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, f := s.find(q)
	if f != nil {
		return f
	}
	c.describe(w.Header())
	for name, value := range c.meta {
		w.Header().Set("X-Ms-Meta-"+name, value)
	}
	w.Header().Set("X-Ms-Lease-State", "available")
	w.Header().Set("X-Ms-Lease-Status", "unlocked")
	w.WriteHeader(http.StatusOK)
	return nil
}

func (c *container) describe(h http.Header) {
	h.Set("Etag", c.tag)
	h.Set("Last-Modified", c.modified.UTC().Format(http.TimeFormat))
}

// metadata returns the x-ms-meta- headers without that beginning.
func metadata(h http.Header) map[string]string {
	meta := make(map[string]string)
	for name := range h {
		if key, ok := strings.CutPrefix(strings.ToLower(name), "x-ms-meta-"); ok {
			meta[key] = h.Get(name)
		}
	}
	return meta
}

func (s *Store) accountInfo(w http.ResponseWriter, q request) *fault {
	if f := keyOnly(q); f != nil {
		return f
	}
	sku, kind := "Standard_LRS", "StorageV2"
	if s.options.Premium {
		sku, kind = "Premium_LRS", "BlockBlobStorage"
	}
	w.Header().Set("X-Ms-Sku-Name", sku)
	w.Header().Set("X-Ms-Account-Kind", kind)
	w.WriteHeader(http.StatusOK)
	return nil
}

// page is the part of a list that was asked for: from the marker, at most so many.
func page(q request, names []string) (part []string, next string) {
	query := q.URL.Query()
	from, _ := slices.BinarySearch(names, query.Get("marker"))
	names = names[from:]
	limit, err := strconv.Atoi(query.Get("maxresults"))
	if err != nil || limit <= 0 || limit > 5000 {
		limit = 5000
	}
	if len(names) > limit {
		return names[:limit], names[limit]
	}
	return names, ""
}

// sorted returns the names with a prefix, in order.
func sorted[V any](all map[string]V, prefix string) []string {
	names := slices.Sorted(maps.Keys(all))
	return slices.DeleteFunc(names, func(n string) bool { return !strings.HasPrefix(n, prefix) })
}

type properties struct {
	Created      string `xml:"Creation-Time,omitempty"`
	LastModified string `xml:"Last-Modified"`
	Etag         string
	Length       *int   `xml:"Content-Length,omitempty"`
	ContentType  string `xml:"Content-Type,omitempty"`
	ContentMD5   string `xml:"Content-MD5,omitempty"`
	BlobType     string `xml:"BlobType,omitempty"`
	LeaseStatus  string
	LeaseState   string
}

type entry struct {
	Name       string
	Properties properties
}

func (s *Store) listContainers(w http.ResponseWriter, q request) *fault {
	if f := keyOnly(q); f != nil {
		return f
	}
	prefix := q.URL.Query().Get("prefix")
	s.mu.RLock()
	names, next := page(q, sorted(s.containers, prefix))
	list := make([]entry, len(names))
	for i, name := range names {
		c := s.containers[name]
		list[i] = entry{name, properties{
			LastModified: c.modified.UTC().Format(http.TimeFormat), Etag: c.tag, LeaseStatus: "unlocked", LeaseState: "available",
		}}
	}
	s.mu.RUnlock()
	w.Header().Set("Content-Type", "application/xml")
	answer(w, struct {
		XMLName    xml.Name `xml:"EnumerationResults"`
		Endpoint   string   `xml:"ServiceEndpoint,attr"`
		Prefix     string
		Containers []entry `xml:"Containers>Container"`
		NextMarker string
	}{Endpoint: s.URL(), Prefix: prefix, Containers: list, NextMarker: next})
	return nil
}

func (s *Store) listBlobs(w http.ResponseWriter, q request) *fault {
	if !q.may("l") {
		return denied()
	}
	query := q.URL.Query()
	if query.Has("delimiter") {
		return &fault{http.StatusBadRequest, "InvalidQueryParameterValue"}
	}
	s.mu.RLock()
	c, f := s.find(q)
	if f != nil {
		s.mu.RUnlock()
		return f
	}
	names, next := page(q, sorted(c.blobs, query.Get("prefix")))
	list := make([]entry, len(names))
	for i, name := range names {
		b := c.blobs[name]
		list[i] = entry{name, properties{
			Created: b.created.UTC().Format(http.TimeFormat), LastModified: b.modified.UTC().Format(http.TimeFormat),
			Etag: b.tag, Length: new(len(b.data)), ContentType: b.contentType, ContentMD5: b.md5, BlobType: b.kind,
			LeaseStatus: "unlocked", LeaseState: "available",
		}}
	}
	s.mu.RUnlock()
	w.Header().Set("Content-Type", "application/xml")
	answer(w, struct {
		XMLName    xml.Name `xml:"EnumerationResults"`
		Endpoint   string   `xml:"ServiceEndpoint,attr"`
		Container  string   `xml:"ContainerName,attr"`
		Prefix     string
		Blobs      []entry `xml:"Blobs>Blob"`
		NextMarker string
	}{Endpoint: s.URL(), Container: q.container, Prefix: query.Get("prefix"), Blobs: list, NextMarker: next})
	return nil
}
