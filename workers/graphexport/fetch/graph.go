package fetch

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

// graph asks Microsoft Graph the few things that are needed of it.
type graph struct {
	base string // of all addresses: "https://graph.microsoft.com/v1.0"
	pipe runtime.Pipeline
}

func newGraph(c Config, credential azcore.TokenCredential) *graph {
	endpoint := c.Cloud.graphEndpoint()
	o := c.options()
	return &graph{
		base: endpoint + "/v1.0",
		pipe: runtime.NewPipeline("inzage", "", runtime.PipelineOptions{
			PerRetry: []policy.Policy{runtime.NewBearerTokenPolicy(credential, []string{endpoint + "/.default"}, nil)},
		}, &o),
	}
}

// maxAnswer bounds what is read of an answer, in bytes.
const maxAnswer = 8 << 20

// get asks for an address, relative to the base or as Graph gave it, and
// decodes the answer.
func (g *graph) get(ctx context.Context, address string, into any) error {
	if !strings.HasPrefix(address, g.root()+"/") {
		address = g.base + address
	}
	body, err := g.read(ctx, address)
	if err != nil {
		return err
	}
	defer body.Close()
	return decode(body, into)
}

// read asks for a whole address and hands over the answer as it comes. A report
// is answered with the address of a file elsewhere, which net/http follows
// without our token.
func (g *graph) read(ctx context.Context, address string) (io.ReadCloser, error) {
	req, err := runtime.NewRequest(ctx, http.MethodGet, address)
	if err != nil {
		return nil, err
	}
	req.Raw().Header.Set("Accept", "application/json")
	runtime.SkipBodyDownload(req)
	resp, err := g.pipe.Do(req)
	if err != nil {
		return nil, err
	}
	if !runtime.HasStatusCode(resp, http.StatusOK) {
		defer resp.Body.Close()
		return nil, runtime.NewResponseError(resp)
	}
	return resp.Body, nil
}

func decode(r io.Reader, into any) error {
	return json.NewDecoder(io.LimitReader(r, maxAnswer)).Decode(into)
}

// root is Graph's address without a version.
func (g *graph) root() string { return strings.TrimSuffix(g.base, "/v1.0") }

// order asks for the export of a person into a container, once: whatever
// happens to it, it is not sent a second time. It returns the id of the
// operation, empty where the answer names none.
func (g *graph) order(ctx context.Context, objectID, location string) (operation string, err error) {
	ctx = policy.WithRetryOptions(ctx, policy.RetryOptions{MaxRetries: -1})
	req, err := runtime.NewRequest(ctx, http.MethodPost, g.base+"/users/"+url.PathEscape(objectID)+"/exportPersonalData")
	if err != nil {
		return "", err
	}
	body := struct {
		StorageLocation string `json:"storageLocation"`
	}{location}
	if err := runtime.MarshalAsJSON(req, body); err != nil {
		return "", err
	}
	resp, err := g.pipe.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if !runtime.HasStatusCode(resp, http.StatusAccepted, http.StatusOK, http.StatusNoContent) {
		return "", runtime.NewResponseError(resp)
	}
	for _, header := range []string{"Location", "Operation-Location"} {
		if id := operationID(resp.Header.Get(header)); id != "" {
			return id, nil
		}
	}
	return "", nil
}

// operationID takes the id out of an operation's address, in either of OData's
// ways to write it: …/dataPolicyOperations/ID and …/dataPolicyOperations('ID').
func operationID(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Path == "" {
		return ""
	}
	last := path.Base(u.Path)
	if _, key, ok := strings.Cut(last, "('"); ok {
		last = strings.TrimSuffix(key, "')")
	}
	return strings.Trim(last, "/.")
}

// The states of an operation. What is not listed is taken as still running:
// the enumeration is open.
const (
	statusComplete = "complete"
	statusFailed   = "failed"
)

// operation is a dataPolicyOperation. Its progress is not read: it is a number
// in the metadata, a text in the documentation, and coarse in both.
type operation struct {
	ID        string    `json:"id"`
	Status    string    `json:"status"`
	UserID    string    `json:"userId"`
	Submitted time.Time `json:"submittedDateTime"`
	// Container is the name of the container that it writes into. The address
	// comes back with its signature and is not kept.
	Container string `json:"-"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (o *operation) UnmarshalJSON(data []byte) error {
	type plain operation
	whole := struct {
		*plain

		Location string `json:"storageLocation"`
	}{plain: (*plain)(o)}
	if err := json.Unmarshal(data, &whole); err != nil {
		return err
	}
	if u, err := url.Parse(whole.Location); err == nil && u.Path != "" {
		o.Container = path.Base(u.Path)
	}
	return nil
}

// operation asks for the state of one operation.
func (g *graph) operation(ctx context.Context, id string) (operation, error) {
	var op operation
	err := g.get(ctx, "/dataPolicyOperations/"+url.PathEscape(id), &op)
	return op, err
}

// operations lists all of them, all pages.
func (g *graph) operations(ctx context.Context) ([]operation, error) {
	var all []operation
	err := pages(ctx, g, "/dataPolicyOperations", func(page []operation) { all = append(all, page...) })
	return all, err
}

// maxPages bounds a list that never ends.
const maxPages = 1000

type pageError string

// Error implements error.
func (e pageError) Error() string { return string(e) }

const (
	errPages  = pageError("a list that leads elsewhere or never ends")
	errAnswer = pageError("an answer that names nothing")
)

// pages walks through a list.
func pages[T any](ctx context.Context, g *graph, address string, take func([]T)) error {
	for range maxPages {
		var page struct {
			Value []T    `json:"value"`
			Next  string `json:"@odata.nextLink"`
		}
		if err := g.get(ctx, address, &page); err != nil {
			return err
		}
		take(page.Value)
		if page.Next == "" {
			return nil
		}
		if !strings.HasPrefix(page.Next, g.root()+"/") { // the token goes to Graph only
			return errPages
		}
		address = page.Next
	}
	return errPages
}
