package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"inzage/schema"
	"inzage/workers/graphexport/fetch"
	"inzage/workers/graphexport/simulate"
)

// settings is the shape of microsoft.yaml. It holds no secrets: these stand in
// files of their own, or in the environment.
type settings struct {
	TenantID                string `yaml:"tenant_id"`
	ClientID                string `yaml:"client_id"`
	Cloud                   string `yaml:"cloud"`
	SignIn                  string `yaml:"sign_in"`
	ClientSecretFile        string `yaml:"client_secret_file"`
	CertificateFile         string `yaml:"certificate_file"`
	CertificatePasswordFile string `yaml:"certificate_password_file"`
	TokenFile               string `yaml:"token_file"`
	StorageAccount          string `yaml:"storage_account"`
	StorageKeyFile          string `yaml:"storage_key_file"`
	StorageEndpoint         string `yaml:"storage_endpoint"`
	StorageByKey            bool   `yaml:"storage_by_key"`
	Simulated               string `yaml:"simulated"` // address of `inzage simulate` on this machine
}

// microsoft reads how to reach Microsoft: from a file, where one is named, and
// from the environment, which goes before it: INZAGE_TENANT_ID for tenant_id,
// and so on. A secret can stand in the environment itself: INZAGE_CLIENT_SECRET,
// INZAGE_CERTIFICATE_PASSWORD, INZAGE_STORAGE_KEY.
func (a *app) microsoft(file string) (fetch.Config, error) {
	var s settings
	if file != "" {
		data, err := os.ReadFile(file)
		if err != nil {
			return fetch.Config{}, schema.Fail(schema.CodeConfig, "read settings", err)
		}
		d := yaml.NewDecoder(bytes.NewReader(data))
		d.KnownFields(true)
		if err := d.Decode(&s); err != nil && !errors.Is(err, io.EOF) {
			return fetch.Config{}, schema.Fail(schema.CodeConfig, "parse settings", err)
		}
	}
	dir := filepath.Dir(file)
	for _, v := range []struct {
		name string
		path bool
		to   *string
	}{
		{"TENANT_ID", false, &s.TenantID},
		{"CLIENT_ID", false, &s.ClientID},
		{"CLOUD", false, &s.Cloud},
		{"SIGN_IN", false, &s.SignIn},
		{"CLIENT_SECRET_FILE", true, &s.ClientSecretFile},
		{"CERTIFICATE_FILE", true, &s.CertificateFile},
		{"CERTIFICATE_PASSWORD_FILE", true, &s.CertificatePasswordFile},
		{"TOKEN_FILE", true, &s.TokenFile},
		{"STORAGE_ACCOUNT", false, &s.StorageAccount},
		{"STORAGE_KEY_FILE", true, &s.StorageKeyFile},
		{"STORAGE_ENDPOINT", false, &s.StorageEndpoint},
		{"SIMULATED", false, &s.Simulated},
	} {
		if v.path && *v.to != "" && !filepath.IsAbs(*v.to) {
			*v.to = filepath.Join(dir, *v.to)
		}
		if value := a.env("INZAGE_" + v.name); value != "" {
			*v.to = value
		}
	}
	if value := a.env("INZAGE_STORAGE_BY_KEY"); value != "" {
		by, err := strconv.ParseBool(value)
		if err != nil {
			return fetch.Config{}, schema.Fail(schema.CodeConfig, "read setting storage_by_key", nil)
		}
		s.StorageByKey = by
	}
	return a.withSecrets(s)
}

// withSecrets reads the secrets that the settings name.
func (a *app) withSecrets(s settings) (fetch.Config, error) {
	c := fetch.Config{
		Tenant: s.TenantID, Client: s.ClientID, Cloud: fetch.Cloud(s.Cloud),
		SignIn:  fetch.SignIn{Kind: fetch.Kind(s.SignIn), TokenFile: s.TokenFile},
		Storage: fetch.Storage{Account: s.StorageAccount, Endpoint: s.StorageEndpoint, ByKey: s.StorageByKey},
	}
	if s.Simulated != "" {
		var err error
		if c.HTTP, err = simulate.Client(s.Simulated); err != nil {
			return fetch.Config{}, schema.Fail(schema.CodeConfig, "read setting simulated", err)
		}
	}
	secret := func(name, file string, to *schema.Personal) error {
		if value := a.env("INZAGE_" + name); name != "" && value != "" {
			*to = schema.NewPersonal(value)
			return nil
		}
		if file == "" {
			return nil
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return schema.Fail(schema.CodeConfig, "read secret", err)
		}
		*to = schema.NewPersonal(strings.TrimSpace(string(data)))
		return nil
	}
	err := secret("STORAGE_KEY", s.StorageKeyFile, &c.Storage.Key)
	switch {
	case err != nil:
	case c.SignIn.Kind == fetch.Certificate:
		if err = secret("CERTIFICATE_PASSWORD", s.CertificatePasswordFile, &c.SignIn.Secret); err == nil && s.CertificateFile != "" {
			var data []byte
			if data, err = os.ReadFile(s.CertificateFile); err != nil {
				err = schema.Fail(schema.CodeConfig, "read certificate", err)
			}
			c.SignIn.Certificate = schema.NewPersonal(string(data))
		}
	default:
		err = secret("CLIENT_SECRET", s.ClientSecretFile, &c.SignIn.Secret)
	}
	return c, err
}
