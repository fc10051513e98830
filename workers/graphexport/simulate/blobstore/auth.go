package blobstore

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// authorize finds out by what right a request is made: the account key, or a
// SAS.
func (s *Store) authorize(q *request) *fault {
	query := q.URL.Query()
	switch scheme, credential, _ := strings.Cut(q.Header.Get("Authorization"), " "); {
	case scheme == "SharedKey":
		account, signature, _ := strings.Cut(credential, ":")
		if account != s.options.Account || !s.signed(s.stringToSign(q.Request), signature) {
			return &fault{http.StatusForbidden, "AuthenticationFailed"}
		}
		q.may = func(string) bool { return true }
		return nil
	case scheme == "" && query.Has("sig"):
		return s.authorizeSAS(q, query)
	case scheme == "":
		return &fault{http.StatusUnauthorized, "NoAuthenticationInformation"}
	}
	return &fault{http.StatusForbidden, "AuthenticationFailed"}
}

// signed checks an HMAC-SHA256 with the account key, in base64.
func (s *Store) signed(text, signature string) bool {
	got, err := base64.StdEncoding.DecodeString(signature)
	h := hmac.New(sha256.New, s.key)
	_, _ = h.Write([]byte(text))
	return err == nil && hmac.Equal(got, h.Sum(nil))
}

// stringToSign is what a request with the account key signs: "Authorize with
// Shared Key" in the documentation of the service, for Blob since 2015-02-21.
func (s *Store) stringToSign(r *http.Request) string {
	length := "" // of no content, zero or not
	if r.ContentLength > 0 {
		length = strconv.FormatInt(r.ContentLength, 10)
	}
	date := r.Header.Get("Date")
	if r.Header.Get("X-Ms-Date") != "" {
		date = ""
	}
	lines := []string{
		r.Method, r.Header.Get("Content-Encoding"), r.Header.Get("Content-Language"), length, r.Header.Get("Content-Md5"),
		r.Header.Get("Content-Type"), date, r.Header.Get("If-Modified-Since"), r.Header.Get("If-Match"),
		r.Header.Get("If-None-Match"), r.Header.Get("If-Unmodified-Since"), r.Header.Get("Range"),
	}
	var own []string
	for name, values := range r.Header {
		if name = strings.ToLower(name); strings.HasPrefix(name, "x-ms-") {
			own = append(own, name+":"+strings.Join(values, ","))
		}
	}
	slices.Sort(own)
	lines = append(append(lines, own...), "/"+s.options.Account+r.URL.EscapedPath())
	var parameters []string
	for name, values := range r.URL.Query() {
		slices.Sort(values)
		parameters = append(parameters, strings.ToLower(name)+":"+strings.Join(values, ","))
	}
	slices.Sort(parameters)
	return strings.Join(append(lines, parameters...), "\n")
}

// authorizeSAS checks a service SAS: "Create a service SAS" in the
// documentation of the service. Refused are those of an account (ss), of a user
// (skoid), with a stored policy (si) or an address range (sip), and versions
// before 2018-11-09, which nobody makes any more.
func (s *Store) authorizeSAS(q *request, query url.Values) *fault {
	failed := &fault{http.StatusForbidden, "AuthenticationFailed"}
	if slices.ContainsFunc([]string{"ss", "skoid", "si", "sip"}, query.Has) {
		return failed
	}
	name := "/blob/" + s.options.Account + "/" + q.container
	switch query.Get("sr") {
	case "c":
	case "b":
		name += "/" + q.blob
	default:
		return failed
	}
	sv := query.Get("sv")
	lines := []string{
		query.Get("sp"), query.Get("st"), query.Get("se"), name, "", "", query.Get("spr"), sv, query.Get("sr"), "",
	}
	switch {
	case sv >= "2020-12-06":
		lines = append(lines, query.Get("ses"))
	case sv < "2018-11-09":
		return failed
	}
	lines = append(lines, query.Get("rscc"), query.Get("rscd"), query.Get("rsce"), query.Get("rscl"), query.Get("rsct"))
	if !s.signed(strings.Join(lines, "\n"), query.Get("sig")) {
		return failed
	}
	now := time.Now()
	if end, ok := moment(query.Get("se")); !ok || !now.Before(end) {
		return failed
	}
	if begin, ok := moment(query.Get("st")); ok && now.Before(begin) {
		return failed
	}
	if query.Get("spr") == "https" {
		return &fault{http.StatusForbidden, "AuthorizationProtocolMismatch"}
	}
	given := query.Get("sp")
	q.may = func(letters string) bool { return strings.ContainsAny(given, letters) }
	return nil
}

// moment reads the forms of ISO 8601 that a SAS may have.
func moment(text string) (time.Time, bool) {
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04Z", "2006-01-02"} {
		if at, err := time.Parse(form, text); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}
