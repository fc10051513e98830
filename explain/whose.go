package explain

import (
	"slices"
	"strings"

	"inzage/schema"
)

// whose tells from a field's name, its catalog entry and the lists in
// rules/people.yaml whether its value says who somebody is.
type whose struct {
	roles, identity, neutral, services, places map[string]bool
	actors, things                             map[sourceField]bool
}

// sourceField is a field by its whole path, folded, in the records of a source.
type sourceField struct{ source, path string }

func newWhose() whose {
	return whose{
		make(map[string]bool), make(map[string]bool), make(map[string]bool), make(map[string]bool), make(map[string]bool),
		make(map[sourceField]bool), make(map[sourceField]bool),
	}
}

// add takes the lists of a file. It is lenient about a word given twice: an
// organisation's overlay may name one that is known.
func (w *whose) add(raw rawPeople) {
	for _, list := range []struct {
		words []string
		into  map[string]bool
	}{{raw.Roles, w.roles}, {raw.Identity, w.identity}, {raw.Neutral, w.neutral}, {raw.Services, w.services}, {raw.Places, w.places}} {
		for _, word := range list.words {
			list.into[strings.ToLower(word)] = true
		}
	}
	for _, list := range []struct {
		paths map[string][]string
		into  map[sourceField]bool
	}{{raw.Actors, w.actors}, {raw.Things, w.things}} {
		for source, paths := range list.paths {
			for _, path := range paths {
				list.into[sourceField{source, fold(path)}] = true
			}
		}
	}
}

// about is what a field's name says about whose its value is.
type about struct {
	// who tells that the value says who somebody is.
	who bool
	// element is the part of the path up to the list element about one person
	// ("data.participants[2]"), empty where there is none. Values of the same
	// element are of the same person.
	element string
}

// of reads a path. Parts are judged from the last to the first.
func (w *whose) of(path string) about {
	parts := strings.Split(path, ".")
	var a about
	end := len(path)
	leaf := lower(splitName(parts[len(parts)-1]))
	for i, part := range slices.Backward(parts) {
		name, _, indexed := strings.Cut(part, "[")
		words := lower(splitName(name))
		last := i == len(parts)-1
		// Where the last part itself is no role, one above it can be.
		if role := w.role(words); role && last {
			a.who = true
		} else if role && !a.who {
			a.who = len(leaf) == 0 || !w.neutral[leaf[len(leaf)-1]]
		}
		if a.who && indexed && w.role(words) && !last {
			a.element = path[:end]
		}
		end -= len(part) + 1
	}
	return a
}

// role reports whether the words end in a role, words that say who left off.
func (w *whose) role(words []string) bool {
	for len(words) > 0 {
		n := len(words)
		if w.roles[words[n-1]] || n > 1 && w.roles[words[n-2]+words[n-1]] || n > 2 && w.roles[words[n-3]+words[n-2]+words[n-1]] {
			return true
		}
		if !w.identity[words[n-1]] {
			return false
		}
		words = words[:n-1]
	}
	return false
}

// only reports whether a key consists of words that say who ("displayName"), of
// which it is not known whose: in a damaged record nothing around it tells. A
// "name" alone can be a thing's; a person's has a space in it.
func (w *whose) only(words []string, value string) bool {
	for _, word := range words {
		if !w.identity[word] {
			return false
		}
	}
	return len(words) > 0 && (words[len(words)-1] != "name" || strings.Contains(value, " "))
}

// service reports whether an address or name is software's.
func (w *whose) service(v string) bool {
	v = strings.ToLower(strings.TrimSpace(v))
	if w.services[v] {
		return true
	}
	local, _, ok := strings.Cut(v, "@")
	return ok && w.services[local]
}

// namesPerson reports whether an identifier of this kind stands for one person or
// account whatever field it is in. The codes that a device or program makes
// up for its user (CID, local ids, hashes) are not among them: which account
// they belong to, only their source can tell, and it has (see Owner).
func namesPerson(identifier string) bool {
	switch identifier {
	case "name", "email", "upn", "object-id", "puid", "sid", "phone":
		return true
	}
	return false
}

// from is the kind of identifier of a value that tells from where, or with what,
// somebody acted, and empty for any other. Identifier is the kind that the field
// is known to have, if it is known.
func (w *whose) from(path, identifier string) string {
	switch identifier {
	case "ip-address", "device-id", "device-name":
		return identifier
	}
	if name, _, _ := strings.Cut(lastPart(path), "["); w.places[strings.ToLower(name)] {
		return "place"
	}
	return ""
}

// plainValue reports whether a value cannot say who somebody is: a number, a
// time, yes or no.
func plainValue(f *schema.Field, v string) bool {
	switch f.Kind {
	case schema.Bool, schema.Null, schema.EmptyObject, schema.EmptyArray:
		return true
	case schema.Number:
		return len(v) < 12 // an account number has 16 digits
	case schema.String:
	}
	if !said(v) || isNumber(v) && len(v) < 9 {
		return true
	}
	if len(v) <= len("unknown") {
		switch strings.ToLower(v) {
		case "true", "false", "yes", "no", "none", "null", "unknown", "n/a", "me", "self":
			return true
		}
	}
	return !isGUID(v) && len(v) >= 19 && isTime(v)
}
