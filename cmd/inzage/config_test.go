package main

import (
	"testing"

	"inzage/schema"
)

// TestMailInTheOpen: mail goes without encryption to this machine only.
func TestMailInTheOpen(t *testing.T) {
	t.Parallel()
	a := testApp(t, "nl")
	for server, open := range map[string]bool{
		"127.0.0.1:25": true, "localhost": true, "[::1]:2525": true, "mail.gemeente.example:25": false, "10.0.0.5": false, "": false,
	} {
		for _, plain := range []bool{true, false} {
			c := config{Notices: noticesConfig{Mail: &mailConfig{Server: server, Plain: plain, From: "a@gemeente.example", To: []string{"b@gemeente.example"}}}}
			_, err := a.senders(c)
			if want := server != "" && (open || !plain); (err == nil) != want || err != nil && schema.CodeOf(err) != schema.CodeConfig {
				t.Errorf("%q, plain %v: %v", server, plain, err)
			}
		}
	}
}
