package queue

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"inzage/schema"
)

// Scope is one thing that a token lets a program do.
type Scope string

// The scopes. What none of them names, no program does: decide, confirm, read
// the bundle, erase.
const (
	ScopeRead     Scope = "requests:read"     // lists, and where requests stand
	ScopeCreate   Scope = "requests:create"   // takes requests in
	ScopeIdentify Scope = "requests:identify" // says how it was checked who asks, which starts the work
	ScopePrepare  Scope = "decisions:prepare" // prepares what people decide
	ScopeLedger   Scope = "ledger:read"       // reads the ledger of a request, and verifies all of it
	ScopeEvents   Scope = "events:read"       // follows what happens to requests
)

// Scopes lists the scopes.
func Scopes() []Scope {
	return []Scope{ScopeRead, ScopeCreate, ScopeIdentify, ScopePrepare, ScopeLedger, ScopeEvents}
}

// Token is what lets a program of the organisation in. Who it is for stays as long
// as the organisation uses the name; tokens come and go.
type Token struct {
	ID string `json:"id"`
	// Client is what the organisation calls the program: ValidClient.
	Client  string       `json:"client"`
	Scopes  []Scope      `json:"scopes"`
	Made    time.Time    `json:"made"`
	By      schema.Actor `json:"by"`
	Expires time.Time    `json:"expires"`
	// Revoked is the moment from which it opens nothing, RevokedBy who said so.
	Revoked   time.Time    `json:"revoked,omitzero"`
	RevokedBy schema.Actor `json:"revoked_by,omitempty"`
}

// keptToken is a token as it is stored: its secret part as a hash only. The secret has
// 256 random bits, so that a slow hash would add nothing.
type keptToken struct {
	Token
	Hash string `json:"hash"`
}

// Actor is who the token's program is in the ledger.
func (t Token) Actor() schema.Actor { return schema.ClientActor(t.Client) }

// Has reports whether the token lets its program do something.
func (t Token) Has(s Scope) bool { return slices.Contains(t.Scopes, s) }

// The codes of a token that opens nothing.
const (
	CodeTokenUnknown schema.Code = "token-unknown" // never made, or not whole
	CodeTokenExpired schema.Code = "token-expired"
	CodeTokenRevoked schema.Code = "token-revoked"
)

// A token is tokenMark, its id and its secret, with a line under each. The mark
// lets programs that look for lost secrets find it.
const (
	tokenMark     = "inzage"
	tokenIDBytes  = 10
	tokenKeyBytes = 32
	maxClient     = 32
)

// ValidClient reports whether a program can be called so: small letters, digits
// and dashes, at most 32. It stands in the ledger for years.
func ValidClient(name string) bool {
	return name != "" && len(name) <= maxClient && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// NewToken makes a token for a client with scopes until a moment. text is the
// token itself, which is kept nowhere: who loses it makes another.
func (q *Queue) NewToken(ctx context.Context, t Token) (made Token, text string, err error) {
	known := func(s Scope) bool { return slices.Contains(Scopes(), s) }
	if !ValidClient(t.Client) || len(t.Scopes) == 0 || slices.ContainsFunc(t.Scopes, func(s Scope) bool { return !known(s) }) || !t.Expires.After(q.now()) {
		return t, "", schema.Fail(schema.CodeUsage, "make token", nil)
	}
	secret := randomText(tokenKeyBytes)
	t.ID, t.Made, t.Expires = randomText(tokenIDBytes), q.now(), t.Expires.UTC().Truncate(time.Second)
	slices.Sort(t.Scopes)
	t.Scopes = slices.Compact(t.Scopes)
	value, err := json.Marshal(keptToken{t, hashOf([]byte(secret))})
	if err != nil {
		return t, "", schema.Fail(schema.CodeInternal, "make token", err)
	}
	if err := q.tokens().Change(ctx, t.ID, func([]byte) ([]byte, error) { return value, nil }); err != nil {
		return t, "", err
	}
	return t, strings.Join([]string{tokenMark, t.ID, secret}, "_"), nil
}

// Token returns the token that a program shows, as it stands in the store now. The
// error has CodeTokenUnknown, CodeTokenExpired or CodeTokenRevoked; who it was made
// for is returned with the last two.
func (q *Queue) Token(ctx context.Context, text string) (Token, error) {
	words := strings.Split(text, "_")
	if len(words) != 3 || words[0] != tokenMark || !validTokenID(words[1]) {
		return Token{}, schema.Fail(CodeTokenUnknown, "check token", nil)
	}
	k, err := q.token(ctx, words[1])
	if schema.CodeOf(err) == schema.CodeNotFound {
		return Token{}, schema.Fail(CodeTokenUnknown, "check token", nil)
	}
	if err != nil {
		return Token{}, err
	}
	sum := sha256.Sum256([]byte(words[2]))
	switch {
	case subtle.ConstantTimeCompare([]byte(hex.EncodeToString(sum[:])), []byte(k.Hash)) != 1:
		return Token{}, schema.Fail(CodeTokenUnknown, "check token", nil)
	case !k.Revoked.IsZero():
		return k.Token, schema.Fail(CodeTokenRevoked, "check token", nil)
	case !q.now().Before(k.Expires):
		return k.Token, schema.Fail(CodeTokenExpired, "check token", nil)
	}
	return k.Token, nil
}

// Tokens lists every token that was ever made, the oldest first.
func (q *Queue) Tokens(ctx context.Context) ([]Token, error) {
	list := []Token{}
	err := q.tokens().All(ctx, func(value []byte) error {
		k, err := readToken(value)
		list = append(list, k.Token)
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b Token) int { return cmp.Or(a.Made.Compare(b.Made), cmp.Compare(a.ID, b.ID)) })
	return list, nil
}

// RevokeToken takes a token back, at once and for good. Twice is once.
func (q *Queue) RevokeToken(ctx context.Context, id string, by schema.Actor) (Token, error) {
	if !validTokenID(id) {
		return Token{}, schema.Fail(schema.CodeNotFound, "revoke token", nil)
	}
	var k keptToken
	err := q.tokens().Change(ctx, id, func(old []byte) (value []byte, err error) {
		if old == nil {
			return nil, schema.Fail(schema.CodeNotFound, "revoke token", nil)
		}
		if k, err = readToken(old); err != nil || !k.Revoked.IsZero() {
			return old, err
		}
		k.Revoked, k.RevokedBy = q.now(), by
		if value, err = json.Marshal(k); err != nil {
			return nil, schema.Fail(schema.CodeInternal, "revoke token", err)
		}
		return value, nil
	})
	return k.Token, err
}

// tokens is where they are kept: sealed, so that nobody who gets into NATS makes
// one, or gives an old one back its rights.
func (q *Queue) tokens() Shelf { return q.Shelf("tokens") }

func (q *Queue) token(ctx context.Context, id string) (keptToken, error) {
	value, err := q.tokens().Get(ctx, id)
	if err != nil {
		return keptToken{}, err
	}
	return readToken(value)
}

func readToken(value []byte) (k keptToken, err error) {
	if err := json.Unmarshal(value, &k); err != nil {
		return k, schema.Fail(schema.CodeTampered, "read token", nil)
	}
	return k, nil
}

func randomText(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // never fails
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))
}

func validTokenID(id string) bool {
	return len(id) == tokenIDBytes*8/5 && strings.Trim(id, "abcdefghijklmnopqrstuvwxyz234567") == ""
}
