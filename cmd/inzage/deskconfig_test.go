package main

import (
	"os"
	"path/filepath"
	"testing"

	"inzage/cmd/inzage/web"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// TestDeskSettings holds that a desk does not start on settings by which people
// would get in, or get roles, otherwise than was meant.
func TestDeskSettings(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	key := filepath.Join(t.TempDir(), "desk.secret")
	if err := os.WriteFile(key, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := func() deskConfig {
		return deskConfig{Address: "https://desk.example/", SignIn: &signInConfig{
			Profile: web.Entra, Issuer: "https://login.example/t/v2.0", Client: "c", SecretFile: key, RoleClaim: "roles",
			Roles: map[web.Role][]string{web.Admin: {"a"}, web.Reader: {"r1", "r2"}},
		}}
	}
	c := good()
	o, err := c.oidc(q)
	if err != nil {
		t.Fatal(err)
	}
	if o.Secret.Reveal() != "secret" || len(o.Roles) != 3 || o.Roles["r2"] != web.Reader || c.address() != "https://desk.example" {
		t.Errorf("roles %v, address %s", o.Roles, c.address())
	}
	if o, err := (deskConfig{}).oidc(q); o != nil || err != nil {
		t.Errorf("without a sign-in service: %v", err)
	}
	for name, spoil := range map[string]func(*deskConfig){
		"no address":          func(c *deskConfig) { c.Address = "" },
		"address in the open": func(c *deskConfig) { c.Address = "http://desk.example" },
		"issuer in the open":  func(c *deskConfig) { c.SignIn.Issuer = "http://login.example" },
		"no client":           func(c *deskConfig) { c.SignIn.Client = "" },
		"no secret":           func(c *deskConfig) { c.SignIn.SecretFile = "" },
		"secret not there":    func(c *deskConfig) { c.SignIn.SecretFile = key + "x" },
		"unknown profile":     func(c *deskConfig) { c.SignIn.Profile = "okta" },
		"unknown role":        func(c *deskConfig) { c.SignIn.Roles["boss"] = []string{"b"} },
		"an acr of two":       func(c *deskConfig) { c.SignIn.Class = []string{"c1 c2"} },
		"an empty acr":        func(c *deskConfig) { c.SignIn.Class = []string{""} },
		"two acr of Entra":    func(c *deskConfig) { c.SignIn.Class = []string{"c1", "c2"} },
		"a value, two roles":  func(c *deskConfig) { c.SignIn.Roles[web.Officer] = []string{"a"} },
	} {
		c := good()
		spoil(&c)
		if _, err := c.oidc(q); schema.CodeOf(err) != schema.CodeConfig {
			t.Errorf("%s: %v", name, err)
		}
	}
}
