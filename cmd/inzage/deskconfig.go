package main

import (
	"os"
	"slices"
	"strings"

	"inzage/cmd/inzage/web"
	"inzage/queue"
	"inzage/schema"
)

// deskConfig is the part "desk" of inzage.yaml.
type deskConfig struct {
	// Address is how people reach the desk: https://inzage.gemeente.example.
	Address string `yaml:"address"`
	Theme   string `yaml:"theme_file"` // a style sheet of the organisation
	// LargestMB is how large a file may be that is handed in, in MiB; 0 is 4096.
	LargestMB int           `yaml:"largest_upload_mb"`
	SignIn    *signInConfig `yaml:"sign_in"`
	// TLS is what the desk itself speaks. Without it, it speaks HTTP, to this machine
	// alone; Proxy says that something in front of it, on another, speaks TLS.
	TLS   *tlsConfig `yaml:"tls"`
	Proxy bool       `yaml:"behind_proxy"`
}

type signInConfig struct {
	Profile    web.Profile           `yaml:"profile"`
	Issuer     string                `yaml:"issuer"`
	Client     string                `yaml:"client_id"`
	SecretFile string                `yaml:"secret_file"`
	RoleClaim  string                `yaml:"role_claim"`
	Roles      map[web.Role][]string `yaml:"roles"` // role → values of the claim
	RefuseSMS  bool                  `yaml:"refuse_sms"`
	Class      []string              `yaml:"acr"` // ways of signing in, one of which it takes
}

// theme reads the organisation's style sheet; none without a name.
func (c deskConfig) theme() ([]byte, error) {
	if c.Theme == "" {
		return nil, nil
	}
	text, err := os.ReadFile(c.Theme)
	if err != nil {
		return nil, schema.Fail(schema.CodeConfig, "read theme of desk", err)
	}
	return text, nil
}

// oidc checks the settings of the sign-in service; nil without one.
func (c deskConfig) oidc(q *queue.Queue) (*web.OIDC, error) {
	s := c.SignIn
	if s == nil {
		return nil, nil
	}
	key, err := secret(s.SecretFile)
	if err != nil {
		return nil, err
	}
	if s.Profile == "" {
		s.Profile = web.Plain
	}
	if !safeURL(c.Address) || !safeURL(s.Issuer) || s.Client == "" || key == "" || !slices.Contains(web.Profiles(), s.Profile) {
		return nil, schema.Fail(schema.CodeConfig, "read sign-in settings of desk", nil)
	}
	// What has a space in it, or is empty, would be another demand than was meant.
	if slices.ContainsFunc(s.Class, func(one string) bool { return one == "" || strings.ContainsAny(one, " \t\r\n") }) ||
		s.Profile == web.Entra && len(s.Class) > 1 {
		return nil, schema.Fail(schema.CodeConfig, "read acr of desk", nil)
	}
	o := &web.OIDC{
		Issuer: s.Issuer, Client: s.Client, Secret: schema.NewPersonal(key), Profile: s.Profile,
		RoleClaim: s.RoleClaim, Roles: make(map[string]web.Role), RefuseSMS: s.RefuseSMS, Class: s.Class, Actor: q.Actor,
	}
	for role, values := range s.Roles {
		if !slices.Contains(web.Roles(), role) {
			return nil, schema.Fail(schema.CodeConfig, "read roles of desk", nil)
		}
		for _, value := range values {
			if _, twice := o.Roles[value]; twice { // which of the two is not for us to guess
				return nil, schema.Fail(schema.CodeConfig, "read roles of desk", nil)
			}
			o.Roles[value] = role
		}
	}
	return o, nil
}

// address is the desk's, without a slash at its end.
func (c deskConfig) address() string { return strings.TrimRight(c.Address, "/") }
