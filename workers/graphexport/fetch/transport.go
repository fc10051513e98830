package fetch

import (
	"bytes"
	"io"
	"net/http"
)

// transport gives every attempt of a request a body of its own. The SDK rewinds
// one body before each attempt, and net/http can still be reading it for the
// attempt before when that was answered early.
type transport struct{ client *http.Client }

// Do implements policy.Transporter.
func (t transport) Do(req *http.Request) (*http.Response, error) {
	const small = 1 << 20 // ours all are: no data goes out but forms and addresses
	if req.Body != nil && req.ContentLength > 0 && req.ContentLength <= small {
		data, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		_ = req.Body.Close()
		req = req.Clone(req.Context())
		req.Body = io.NopCloser(bytes.NewReader(data))
	}
	return t.client.Do(req)
}
