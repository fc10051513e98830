package explain

import (
	"strings"

	"inzage/schema"
)

// finding is what a value itself gives away, whatever its field is called.
type finding struct {
	class      schema.Class
	reason     string // code in terms/reasons
	identifier string // code in terms/identifiers
}

// detector looks at values. It belongs to one Explainer.
type detector struct {
	ids  []string // the person's own codes, lower case: object id, tenant id, PUID, local ids
	name string   // the person's name, lower case, if it has two parts or more
}

func newDetector(who schema.Subject) detector {
	d := detector{}
	for _, p := range append([]schema.Personal{who.ObjectID, who.PUID}, who.LocalIDs...) {
		if id := strings.ToLower(strings.TrimSpace(p.Reveal())); len(id) >= 8 {
			d.ids = append(d.ids, id)
		}
	}
	if n := strings.ToLower(strings.TrimSpace(who.Name.Reveal())); strings.Contains(n, " ") {
		d.name = n
	}
	return d
}

// detect returns the strongest thing that the value gives away. version tells
// that the field is known to hold a version number, which can look like an
// address. It allocates nothing for values that give nothing away.
func (d *detector) detect(v string, version bool) (f finding, ok bool) {
	if len(v) < 6 {
		return finding{}, false
	}
	// What cannot be there is ruled out by counting marks, which costs least.
	at := strings.IndexByte(v, '@') >= 0
	dots, colons := strings.Count(v, "."), strings.Count(v, ":")
	slashes := strings.Count(v, `\`) + strings.Count(v, "/")
	switch {
	case at && dots > 0 && has(findAddress, v):
		return finding{schema.DirectIdentifier, "detected-email", "email"}, true
	case slashes > 1 && has(findUserFolder, v):
		return finding{schema.DirectIdentifier, "detected-path", "path"}, true
	case slashes > 1 && has(findSite, v):
		return finding{schema.DirectIdentifier, "detected-url", "url"}, true
	case (slashes > 0 || dots > 0) && has(findClearPath, v):
		return finding{schema.DirectIdentifier, "detected-file", "path"}, true
	case slashes > 0 && slashes < 3 && has(findAccount, v):
		return finding{schema.DirectIdentifier, "detected-user", "upn"}, true
	case d.name != "" && containsFold(v, d.name):
		return finding{schema.DirectIdentifier, "detected-name", "name"}, true
	case !version && (dots >= 3 || colons >= 2) && has(findIP, v):
		return finding{schema.DirectIdentifier, "detected-ip", "ip-address"}, true
	case strings.Count(v, "-") >= 3 && has(findSID, v):
		return finding{schema.PseudonymousIdentifier, "detected-sid", "sid"}, true
	}
	for _, id := range d.ids {
		if containsFold(v, id) {
			return finding{schema.PseudonymousIdentifier, "detected-subject-id", "other-code"}, true
		}
	}
	return finding{}, false
}

func has(find finder, v string) bool {
	_, ok := find(v, 0)
	return ok
}

// containsFold reports whether s holds the lower-case text sub, in capitals or not.
func containsFold(s, sub string) bool {
	first := sub[0]
	for i := 0; i+len(sub) <= len(s); i++ {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if (c == first || first >= 0x80 && c >= 0x80) && strings.EqualFold(s[i:i+len(sub)], sub) {
			return true
		}
	}
	return false
}

func sharedFolder(name string) bool {
	switch strings.ToLower(name) {
	case "public", "default", "default user", "all users", "defaultapppool", "shared", "systemprofile",
		"localservice", "networkservice", "%username%", "*", "defaultuser0", "wdagutilityaccount", "me":
		return true
	}
	return false
}

func isAlnum(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// isLocal tells whether the byte can end the part of an address before the @.
func isLocal(c byte) bool { return isAlnum(c) || strings.IndexByte("._%+-'#", c) >= 0 }

func isLetters(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isAlnum(s[i]) || isDigit(s[i]) {
			return false
		}
	}
	return true
}
