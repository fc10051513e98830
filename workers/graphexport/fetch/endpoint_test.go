package fetch

import (
	"testing"

	"inzage/schema"
)

// TestEndpointIsSafe: the files of people, and the key of the storage, do not go over
// a network in the open.
func TestEndpointIsSafe(t *testing.T) {
	t.Parallel()
	const guid = "00000000-0000-0000-0000-000000000001"
	for endpoint, want := range map[string]string{
		"": "", "https://x.blob.core.windows.net/": "", "http://127.0.0.1:10000/devstoreaccount1": "", "http://[::1]:1/a": "", "http://localhost:10000/a": "",
		"http://x.blob.core.windows.net/": "storage-endpoint", "http://10.0.0.5:10000/a": "storage-endpoint", "httpx://x/": "storage-endpoint",
		"ftp://x/": "storage-endpoint", "https://": "storage-endpoint", "nonsense": "storage-endpoint",
	} {
		c := Config{Tenant: guid, Client: guid}
		c.SignIn.Kind, c.SignIn.Secret = ClientSecret, schema.NewPersonal("secret")
		c.Storage.Account, c.Storage.Key, c.Storage.Endpoint = "account", schema.NewPersonal("key"), endpoint
		if got := c.Missing(); got != want {
			t.Errorf("%q: missing is %q, want %q", endpoint, got, want)
		}
	}
}
