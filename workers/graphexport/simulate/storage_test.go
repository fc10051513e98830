package simulate_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/sas"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/service"

	"inzage/workers/graphexport/azurite"
	"inzage/workers/graphexport/simulate"
	"inzage/workers/graphexport/simulate/blobstore"
)

// account is a storage account of the organisation.
type account struct {
	client *service.Client
	key    *service.SharedKeyCredential
}

var emulator = azurite.New()

func TestMain(m *testing.M) { os.Exit(emulator.Run(m)) }

// accounts runs a test against the built-in store and against Azurite.
func accounts(t *testing.T, test func(*testing.T, account)) {
	t.Helper()
	t.Run("store", func(t *testing.T) {
		t.Parallel()
		test(t, builtIn(t, blobstore.Options{}))
	})
	t.Run("azurite", func(t *testing.T) {
		t.Parallel()
		a := emulator.Account(t)
		test(t, open(t, a.Endpoint, a.Name, a.Key))
	})
}

func builtIn(t *testing.T, o blobstore.Options) account {
	t.Helper()
	store, err := blobstore.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return open(t, store.URL(), store.Account(), store.Key())
}

func open(t *testing.T, address, name, secret string) account {
	t.Helper()
	key, err := service.NewSharedKeyCredential(name, secret)
	if err != nil {
		t.Fatal(err)
	}
	client, err := service.NewClientWithSharedKeyCredential(address+"/", key, nil)
	if err != nil {
		t.Fatal(err)
	}
	return account{client, key}
}

// container makes a fresh one, named after the test.
func (a account) container(t *testing.T) *container.Client {
	t.Helper()
	name := strings.Trim(strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(t.Name())), "-")
	c := a.client.NewContainerClient(name[:min(len(name), 60)])
	_, _ = c.Delete(t.Context(), nil) // of an earlier run
	if _, err := c.Create(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	return c
}

// location is the address of a container with a SAS.
func (a account) location(t *testing.T, c *container.Client, permissions string) string {
	t.Helper()
	return a.until(t, c, permissions, time.Now().Add(time.Hour))
}

func (a account) until(t *testing.T, c *container.Client, permissions string, end time.Time) string {
	t.Helper()
	parts, err := sas.ParseURL(c.URL())
	if err != nil {
		t.Fatal(err)
	}
	signed, err := sas.BlobSignatureValues{
		Protocol: sas.ProtocolHTTPSandHTTP, ExpiryTime: end.UTC(), ContainerName: parts.ContainerName, Permissions: permissions,
	}.SignWithSharedKey(a.key)
	if err != nil {
		t.Fatal(err)
	}
	return c.URL() + "?" + signed.Encode()
}

// contents downloads everything in a container.
func contents(t *testing.T, c *container.Client) map[string]string {
	t.Helper()
	files := make(map[string]string)
	for pager := c.NewListBlobsFlatPager(nil); pager.More(); {
		page, err := pager.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range page.Segment.BlobItems {
			res, err := c.NewBlobClient(*b.Name).DownloadStream(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			files[*b.Name] = string(data)
		}
	}
	return files
}

func order(t *testing.T, tenant *simulate.Tenant, token, objectID, location string) answer {
	t.Helper()
	return ask(t, tenant, token, http.MethodPost, "/v1.0/users/"+objectID+"/exportPersonalData", map[string]string{"storageLocation": location})
}

// The six checks of the storage location, each with its code. Where a location
// has more than one fault, the first in order is told.
func TestSixChecks(t *testing.T) {
	t.Parallel()
	accounts(t, func(t *testing.T, a account) {
		tenant := start(t, simulate.Options{})
		token := signedIn(t, tenant)
		sub := func(location string) string { return strings.Replace(location, "?", "/folder?", 1) }
		used := func(t *testing.T, c *container.Client) {
			t.Helper()
			if _, err := c.NewAppendBlobClient("RequestInfo.json").Create(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
		}
		tests := []struct {
			name     string
			location func(*testing.T, *container.Client) string
			want     string
		}{
			{"no address", func(*testing.T, *container.Client) string { return "::" }, "StorageLocationInvalid"},
			{"nothing", func(*testing.T, *container.Client) string { return "" }, "StorageLocationInvalid"},
			{"1 no SAS", func(_ *testing.T, c *container.Client) string { return c.URL() + "/folder" }, "SharedAccessSignatureTokenInvalid"},
			{"2 account SAS", func(t *testing.T, c *container.Client) string {
				return sub(a.location(t, c, "acwlr") + "&ss=b&srt=co")
			}, "StorageLocationNotServiceSAS"},
			{"3 folder", func(t *testing.T, c *container.Client) string { return sub(a.location(t, c, "acwlr")) }, "StorageLocationNotAzureBlob"},
			{"4 list", func(t *testing.T, c *container.Client) string {
				used(t, c)
				return a.location(t, c, "acwlr")
			}, "StorageLocationShouldNotAllowListAccess"},
			{"5 used", func(t *testing.T, c *container.Client) string {
				used(t, c)
				return a.location(t, c, "acwr")
			}, "StorageLocationAlreadyUsed"},
			{"5 read only", func(t *testing.T, c *container.Client) string { return a.location(t, c, "r") }, "StorageLocationNeedsWriteAddPermissions"},
			{"5 no add", func(t *testing.T, c *container.Client) string { return a.location(t, c, "c") }, "StorageLocationNeedsWriteAddPermissions"},
			{"5 expired", func(t *testing.T, c *container.Client) string {
				return a.until(t, c, "acw", time.Now().Add(-time.Minute))
			}, "StorageLocationNeedsWriteAddPermissions"},
			{"5 no container", func(t *testing.T, c *container.Client) string {
				if _, err := c.Delete(t.Context(), nil); err != nil {
					t.Fatal(err)
				}
				return a.location(t, c, "acw")
			}, "StorageLocationInvalid"},
			{"6 read", func(t *testing.T, c *container.Client) string { return a.location(t, c, "acwr") }, "StorageLocationShouldNotAllowReadAccess"},
			{"good", func(t *testing.T, c *container.Client) string { return a.location(t, c, "acw") }, ""},
		}
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				t.Parallel()
				location := test.location(t, a.container(t))
				got := order(t, tenant, token, tenant.People()[0].ObjectID, location)
				status := http.StatusBadRequest
				if test.want == "" {
					status = http.StatusAccepted
				}
				if got.HTTP != status || got.Error.Code != test.want {
					t.Errorf("%d %q, want %d %q", got.HTTP, got.Error.Code, status, test.want)
				}
				if strings.Contains(got.Error.Message, "sig=") {
					t.Error("the error shows the SAS")
				}
			})
		}
	})
}

// After the sixth check has failed RequestInfo.json stays where the SAS cannot
// delete it: the same container is refused the second time for being used.
func TestReadableTwice(t *testing.T) {
	t.Parallel()
	accounts(t, func(t *testing.T, a account) {
		tenant := start(t, simulate.Options{})
		token := signedIn(t, tenant)
		for permissions, second := range map[string]string{
			"acwr":  "StorageLocationAlreadyUsed",
			"acwrd": "StorageLocationShouldNotAllowReadAccess",
		} {
			c := a.container(t)
			for i, want := range []string{"StorageLocationShouldNotAllowReadAccess", second} {
				if got := order(t, tenant, token, tenant.People()[0].ObjectID, a.location(t, c, permissions)); got.Error.Code != want {
					t.Errorf("%s, time %d: %q, want %q", permissions, i+1, got.Error.Code, want)
				}
			}
		}
		if n := tenant.Orders(tenant.People()[0].ObjectID); n != 0 {
			t.Errorf("%d exports were ordered", n)
		}
	})
}

func TestPremium(t *testing.T) {
	t.Parallel()
	a := builtIn(t, blobstore.Options{Premium: true})
	tenant := start(t, simulate.Options{})
	got := order(t, tenant, signedIn(t, tenant), tenant.People()[0].ObjectID, a.location(t, a.container(t), "acw"))
	if got.Error.Code != "StorageLocationShouldSupportAppendBlobs" {
		t.Errorf("%d %q", got.HTTP, got.Error.Code)
	}
}

// One export from order to end.
func TestExport(t *testing.T) {
	t.Parallel()
	accounts(t, func(t *testing.T, a account) {
		tenant := start(t, simulate.Options{})
		token := signedIn(t, tenant)
		who := tenant.People()[0]
		c := a.container(t)
		location := a.location(t, c, "acw")
		got := order(t, tenant, token, who.ObjectID, location)
		if got.HTTP != http.StatusAccepted || got.Header.Get("Content-Length") != "0" || got.Header.Get("Retry-After") != "60" {
			t.Fatalf("%d %q, %v", got.HTTP, got.Error.Code, got.Header)
		}
		id, ok := strings.CutPrefix(got.Header.Get("Location"), "https://graph.microsoft.com/v1.0/dataPolicyOperations/")
		if !ok {
			t.Fatalf("Location %q", got.Header.Get("Location"))
		}
		if err := tenant.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		op := ask(t, tenant, token, http.MethodGet, "/v1.0/dataPolicyOperations/"+strings.ToUpper(id), nil)
		if op.Status != "complete" || op.Progress != 100.0 || op.CompletedDateTime == nil || op.UserID != who.ObjectID || op.StorageLocation != location {
			t.Errorf("operation %+v", op)
		}
		all := ask(t, tenant, token, http.MethodGet, "/v1.0/dataPolicyOperations", nil)
		if len(all.Value) != 1 || all.Value[0].ID != id {
			t.Errorf("list %+v", all)
		}
		files := contents(t, c)
		var info struct {
			CommandID string `json:"CommandId"`
			Subject   struct {
				ObjectID  string `json:"ObjectId"`
				TenantID  string `json:"TenantId"`
				OrgIDPUID uint64 `json:"OrgIdPUID"`
			}
		}
		if err := json.Unmarshal([]byte(files["RequestInfo.json"]), &info); err != nil {
			t.Fatal(err)
		}
		if s := info.Subject; s.ObjectID != who.ObjectID || s.TenantID != tenant.ID() || s.OrgIDPUID != who.PUID || info.CommandID == "" {
			t.Errorf("RequestInfo.json: %+v", info)
		}
		delete(files, "RequestInfo.json")
		if want := demoExport(t); !maps.Equal(files, want) {
			t.Errorf("the files are not those of the demo case: %v, want %v", slices.Sorted(maps.Keys(files)), slices.Sorted(maps.Keys(want)))
		}
		props, err := c.NewBlobClient("notes.xml").GetProperties(t.Context(), nil)
		if err != nil || len(props.ContentMD5) != 16 || *props.BlobType != blob.BlobTypeBlockBlob {
			t.Errorf("properties: %+v, %v", props, err)
		}
	})
}
