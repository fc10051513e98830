package main

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"inzage/schema"
	"inzage/workers/notices"
)

// config is the shape of inzage.yaml, the configuration of the service. Secrets
// stand in files of their own, never in here: this file may be shown.
type config struct {
	// Organisation is the file of organisation.go: who answers, and how they can
	// be reached. Law is a folder with legal texts of its own.
	Organisation string `yaml:"organisation_file"`
	Law          string `yaml:"law"`
	// Answers is the file of what people saw of the tenant (`inzage posture`),
	// Registers a folder with registers of its own.
	Answers   string `yaml:"answers_file"`
	Registers string `yaml:"registers"`
	// Zone is where a day begins and ends, for the law and for readers.
	Zone     string           `yaml:"zone"`
	Calendar *schema.Calendar `yaml:"calendar"`
	Language schema.Lang      `yaml:"language"` // of notices
	FourEyes *bool            `yaml:"four_eyes"`
	// KeyCommand is the program that gives the organisation's key, and its words.
	KeyCommand []string      `yaml:"key_command"`
	NATS       natsConfig    `yaml:"nats"`
	Notices    noticesConfig `yaml:"notices"`
	// Microsoft is the file of microsoft.go, SignKey that of `inzage key new`.
	Microsoft string `yaml:"microsoft_file"`
	SignKey   string `yaml:"sign_key_file"`
	// Terms is how long closed requests keep what they hold, in days.
	Terms termsConfig `yaml:"terms"`
	// Checkpoints is a folder for a copy of each day's checkpoint of the ledger;
	// of use where it is on another machine.
	Checkpoints string `yaml:"checkpoints"`
	// Desk is where people come in with a browser.
	Desk deskConfig `yaml:"desk"`
	// Scan is the scanner that looks at what people hand in.
	Scan *scanConfig `yaml:"scan"`
}

// natsConfig says where a cluster is, and with which roles this program comes:
// folders that `inzage cluster init` made.
type natsConfig struct {
	URL   string   `yaml:"url"`
	Roles []string `yaml:"roles"`
}

type termsConfig struct {
	RawDays    *int `yaml:"raw_days"`
	BundleDays *int `yaml:"bundle_days"`
	FactsYears *int `yaml:"facts_years"`
}

// terms fills in what is not given. Where only the bundle's term is given, and
// is shorter than usual, the raw files follow it.
func (t termsConfig) terms() schema.Terms {
	terms := schema.DefaultTerms()
	if t.BundleDays != nil {
		terms.Bundle = *t.BundleDays
		terms.Raw = min(terms.Raw, terms.Bundle)
	}
	if t.RawDays != nil {
		terms.Raw = *t.RawDays
	}
	if t.FactsYears != nil {
		terms.Facts = *t.FactsYears
		if terms.Facts == 0 {
			terms.Facts = -1 // who writes a term means one
		}
	}
	return terms
}

type noticesConfig struct {
	// Link is the address of a case in the desk, with {case} in it.
	Link    string         `yaml:"link"`
	Mail    *mailConfig    `yaml:"mail"`
	Webhook *webhookConfig `yaml:"webhook"`
}

type mailConfig struct {
	Server       string   `yaml:"server"`
	Plain        bool     `yaml:"plain"`
	User         string   `yaml:"user"`
	PasswordFile string   `yaml:"password_file"`
	From         string   `yaml:"from"`
	To           []string `yaml:"to"`
}

type webhookConfig struct {
	URL        string `yaml:"url"`
	SecretFile string `yaml:"secret_file"`
	// Events has each event of a case sent too.
	Events bool `yaml:"events"`
}

// readConfig reads the configuration strictly: a key that is not known may be a
// typing error that would leave a deadline unwatched. No name is no file.
func readConfig(name string) (config, error) {
	var c config
	if name != "" {
		data, err := os.ReadFile(name)
		if err != nil {
			return c, schema.Fail(schema.CodeConfig, "read configuration", err)
		}
		d := yaml.NewDecoder(bytes.NewReader(data))
		d.KnownFields(true)
		if err := d.Decode(&c); err != nil && !errors.Is(err, io.EOF) {
			return c, schema.Fail(schema.CodeConfig, "parse configuration", err)
		}
	}
	if c.Zone == "" {
		c.Zone = "Europe/Amsterdam"
	}
	if c.Language == "" {
		c.Language = schema.Dutch
	}
	if _, err := time.LoadLocation(c.Zone); err != nil {
		return c, schema.Fail(schema.CodeConfig, "read zone in configuration", err)
	}
	if !c.Terms.terms().Valid() {
		return c, schema.Fail(schema.CodeConfig, "read terms in configuration", nil)
	}
	return c, nil
}

// zone is the organisation's zone; readConfig has checked it.
func (c config) zone() *time.Location {
	z, err := time.LoadLocation(c.Zone)
	if err != nil {
		return time.UTC
	}
	return z
}

// fourEyes is on unless it was switched off.
func (c config) fourEyes() bool { return c.FourEyes == nil || *c.FourEyes }

// secret reads a file that holds one secret; a newline at its end is not part
// of it.
func secret(name string) (string, error) {
	if name == "" {
		return "", nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return "", schema.Fail(schema.CodeConfig, "read secret file", err)
	}
	return strings.TrimRight(string(data), "\r\n"), nil
}

// senders makes the ways out for notices, by a short name for logs.
func (a *app) senders(c config) (map[string]notices.Sender, error) {
	out := make(map[string]notices.Sender)
	if m := c.Notices.Mail; m != nil {
		password, err := secret(m.PasswordFile)
		if err != nil {
			return nil, err
		}
		if m.Plain && !loopback(m.Server) {
			return nil, schema.Fail(schema.CodeConfig, "read mail settings: plain is for a server on this machine", nil)
		}
		if m.Server == "" || m.From == "" || len(m.To) == 0 {
			return nil, schema.Fail(schema.CodeConfig, "read mail settings", nil)
		}
		lang := *a
		lang.lang = c.Language
		out["mail"] = &notices.Mail{
			Server: m.Server, Plain: m.Plain, User: m.User, Password: password, From: m.From, To: m.To,
			Link: c.Notices.Link, Words: lang.text, Day: lang.day,
		}
	}
	hook, err := c.webhook()
	if hook != nil {
		out["webhook"] = hook
	}
	return out, err
}

// webhook is the way out to another program, nil for none.
func (c config) webhook() (*notices.Webhook, error) {
	w := c.Notices.Webhook
	if w == nil {
		return nil, nil
	}
	key, err := secret(w.SecretFile)
	if err != nil {
		return nil, err
	}
	if key == "" || !safeURL(w.URL) {
		return nil, schema.Fail(schema.CodeConfig, "read webhook settings", nil)
	}
	return &notices.Webhook{URL: w.URL, Secret: []byte(key), Link: c.Notices.Link, Now: time.Now}, nil
}

// safeURL reports whether what goes there is encrypted on its way, or does not
// leave this machine.
func safeURL(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && loopback(u.Host)
}

// loopback reports whether a host, with or without a port, is this machine as nobody
// else reaches it. No host is every address there is.
func loopback(address string) bool {
	host := address
	if h, _, err := net.SplitHostPort(address); err == nil {
		host = h
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
