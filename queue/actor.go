package queue

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"

	"inzage/schema"
)

// Actor is the opaque id of somebody who signs in somewhere: issuer says where,
// subject who it is there, by an id that does not change. It is the same each
// time, also after the organisation's key was replaced, and nobody can lead it
// back, or try who it might be, without that key. Only a role that has a user for
// the keys can make one.
func (q *Queue) Actor(issuer, subject string) schema.Actor {
	mac := hmac.New(sha256.New, q.lasting.actor.secret[:])
	for _, part := range []string{issuer, "\x00", subject} {
		_, _ = mac.Write([]byte(part))
	}
	return schema.Actor("p-" + hex.EncodeToString(mac.Sum(nil)[:10]))
}
