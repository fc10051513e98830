package simulate

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// location is the container that was given, with the SAS by which it is
// written. It is used as Microsoft's service uses it: by name, over the network.
type location struct {
	container *url.URL // without the SAS
	sas       url.Values
	client    *http.Client
}

// apiVersion is the version of the storage protocol that is spoken: the oldest
// in which all that is used here exists, so that every emulator has it.
const apiVersion = "2019-12-12"

// requestInfo is the file that is written first.
const requestInfo = "RequestInfo.json"

// check tests the location as the service does, in its order, and leaves
// RequestInfo.json in it.
func check(ctx context.Context, text string, info []byte) (*location, *failure) {
	l, f := parseLocation(text)
	if f != nil {
		return nil, f
	}
	// 4. Listing must be forbidden.
	status, _ := l.do(ctx, http.MethodGet, "", "restype=container&comp=list", nil, nil)
	switch {
	case status == 0:
		return nil, bad("StorageLocationInvalid", "The storage location cannot be reached.")
	case status < 300:
		return nil, bad("StorageLocationShouldNotAllowListAccess", "The SAS should not allow list access.")
	}
	// 5. An append blob can be written that is not there yet.
	status, code := l.do(ctx, http.MethodPut, requestInfo, "", nil, http.Header{
		"X-Ms-Blob-Type": {"AppendBlob"}, "If-None-Match": {"*"}, "Content-Type": {"application/json"},
	})
	if status == http.StatusCreated {
		status, code = l.do(ctx, http.MethodPut, requestInfo, "comp=appendblock", info, nil)
	}
	switch {
	case status == http.StatusCreated:
	case code == "BlobTypeNotSupported" || code == "FeatureNotSupportedForAccount":
		return nil, bad("StorageLocationShouldSupportAppendBlobs", "The storage account should support append blobs.")
	case status == http.StatusConflict || status == http.StatusPreconditionFailed:
		return nil, bad("StorageLocationAlreadyUsed",
			"The storage location was already used. Delete 'RequestInfo.json' from the container and try again.")
	case status == http.StatusForbidden:
		return nil, bad("StorageLocationNeedsWriteAddPermissions", "The SAS should allow write and add.")
	default:
		return nil, bad("StorageLocationInvalid", "The storage location cannot be written.")
	}
	// 6. Reading it back must be forbidden. The file is taken away where it can
	// be; with the permissions of a good SAS it cannot.
	if status, _ = l.do(ctx, http.MethodGet, requestInfo, "", nil, nil); status != http.StatusForbidden {
		_, _ = l.do(ctx, http.MethodDelete, requestInfo, "", nil, nil)
		return nil, bad("StorageLocationShouldNotAllowReadAccess", "The SAS should not allow read access.")
	}
	return l, nil
}

// parseLocation does the checks that need the address only.
func parseLocation(text string) (*location, *failure) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, bad("StorageLocationInvalid", "The storage location is not a valid URI.")
	}
	sas := u.Query()
	// 1. A container with a SAS.
	if sas.Get("sig") == "" {
		return nil, bad("SharedAccessSignatureTokenInvalid", "The storage location does not include SAS credentials.")
	}
	// 2. The SAS of a service, not of an account.
	if sas.Has("ss") {
		return nil, bad("StorageLocationNotServiceSAS", "The SAS should be a service SAS.")
	}
	// 3. The container itself: one segment. An emulator, known by its address,
	// has the name of the account before it.
	segments := strings.Split(strings.Trim(u.Path, "/"), "/")
	if host := u.Hostname(); len(segments) > 1 && (host == "localhost" || net.ParseIP(host) != nil) {
		segments = segments[1:]
	}
	if len(segments) != 1 || segments[0] == "" {
		return nil, bad("StorageLocationNotAzureBlob", "The storage location should be an Azure Blob container.")
	}
	container := *u
	container.RawQuery = ""
	container.Path = strings.TrimSuffix(u.Path, "/")
	return &location{container: &container, sas: sas, client: &http.Client{Timeout: 30 * time.Second}}, nil
}

func bad(code, message string) *failure { return &failure{http.StatusBadRequest, code, message} }

// put writes a block blob with its Content-MD5, over the one that is there. It
// reports whether the storage is lost: gone, disabled, or the SAS has expired.
func (l *location) put(ctx context.Context, name string, data []byte) (lost bool) {
	status, _ := l.do(ctx, http.MethodPut, name, "", data, http.Header{
		"X-Ms-Blob-Type": {"BlockBlob"}, "X-Ms-Blob-Content-Md5": {hash(data)},
	})
	return isLost(status)
}

// putBlocks writes a block blob in the way in which storage takes the hash as
// it is given, or none.
func (l *location) putBlocks(ctx context.Context, name string, data []byte, hash string) (lost bool) {
	const id = "YmxvY2sx"
	if status, _ := l.do(ctx, http.MethodPut, name, "comp=block&blockid="+id, data, nil); isLost(status) {
		return true
	}
	header := http.Header{}
	if hash != "" {
		header.Set("X-Ms-Blob-Content-Md5", hash)
	}
	list := []byte("<BlockList><Latest>" + id + "</Latest></BlockList>")
	status, _ := l.do(ctx, http.MethodPut, name, "comp=blocklist", list, header)
	return isLost(status)
}

func isLost(status int) bool {
	return status == http.StatusForbidden || status == http.StatusNotFound || status == http.StatusConflict
}

func hash(data []byte) string {
	sum := md5.Sum(data)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// do sends one request with the SAS and returns the status, 0 where there is
// no answer, and the storage's error code. The answer's body is not wanted.
func (l *location) do(ctx context.Context, method, blob, query string, data []byte, header http.Header) (status int, code string) {
	u := *l.container
	if blob != "" {
		u = *u.JoinPath(blob)
	}
	u.RawQuery = l.sas.Encode()
	if query != "" {
		u.RawQuery = query + "&" + u.RawQuery
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(data))
	if err != nil {
		return 0, ""
	}
	if header != nil {
		req.Header = header
	}
	req.Header.Set("X-Ms-Version", apiVersion)
	res, err := l.client.Do(req)
	if err != nil {
		return 0, ""
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode, res.Header.Get("X-Ms-Error-Code")
}
