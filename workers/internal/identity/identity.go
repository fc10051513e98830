// Package identity tells whose an event of a device is, by the identifiers in
// it: the Diagnostic Data Viewer shows events as a device keeps them, a network
// capture as it sends them.
package identity

import (
	"strings"

	"inzage/schema"
)

// Identity weighs the identifiers in one record against those of the person.
//
// A device holds the events of everyone who used it, and of Windows itself. A
// record is another's only where it says so: an identifier in it belongs to an
// account, we know the person's own identifier of that very kind, and it
// differs. An identifier of the person's in the record decides for the person,
// whatever else is in it. Everything between is the person's: to withhold what
// is theirs would be the worse mistake, and it is shown with its identifiers.
//
// The kinds:
//   - SID, from a database: only accounts (S-1-5-21-…, S-1-12-1-…) are people;
//     S-1-5-18, -19, -20 and the like are Windows. Compared where the person's
//     SIDs are known.
//   - ext.user.localId: compared with the person's local ids of the same prefix
//     ("m:", "j:", …), since a person has another id under each. Never "w:",
//     under which Windows' own accounts are too.
//   - e-mail address or sign-in name in a field of the user: compared where the
//     person's are known.
//   - Entra object id in UserInfo.Id and primaryUserInfoId: compared where the
//     person's is known.
type Identity struct {
	who         *schema.Subject
	mine, other bool
}

// Of begins to weigh a record for the person whose data was asked for.
func Of(who *schema.Subject) Identity { return Identity{who: who} }

// Owner tells whose the record is, by what was judged so far.
func (id *Identity) Owner() schema.Owner {
	if id.other && !id.mine {
		return schema.OwnerOther
	}
	return schema.OwnerSubject
}

// judge notes that an identifier is the person's, or somebody else's.
func (id *Identity) judge(mine bool) {
	id.mine = id.mine || mine
	id.other = id.other || !mine
}

// SID judges a Windows security identifier.
func (id *Identity) SID(sid string) {
	if len(id.who.SIDs) > 0 && isAccount(sid) {
		id.judge(id.who.HasSID(sid))
	}
}

// isAccount tells an account's SID from Windows' own.
func isAccount(sid string) bool {
	sid = strings.ToUpper(sid)
	return strings.HasPrefix(sid, "S-1-5-21-") || strings.HasPrefix(sid, "S-1-12-1-")
}

// Field judges a field that holds an identifier of the user.
func (id *Identity) Field(f schema.Field) {
	if f.Kind != schema.String {
		return
	}
	v := f.Value.Reveal()
	if f.Path == "ext.user.localId" {
		id.localID(v)
	}
	switch {
	case strings.IndexByte(v, '@') > 0:
		if len(id.who.UPNs) > 0 && isAddress(v) && isUserField(f.Path) {
			id.judge(id.who.HasUPN(v))
		}
	case len(v) == len("00000000-0000-0000-0000-000000000000"):
		if !id.who.ObjectID.IsEmpty() && isObjectField(f.Path) && isGUID(v) {
			id.judge(strings.EqualFold(id.who.ObjectID.Reveal(), v))
		}
	}
}

func (id *Identity) localID(v string) {
	prefix, rest, ok := strings.Cut(v, ":")
	switch {
	case !ok || rest == "":
	case id.who.HasLocalID(v):
		id.judge(true)
	case strings.EqualFold(prefix, "w"):
	default:
		for _, own := range id.who.LocalIDs {
			if kind, _, _ := strings.Cut(own.Reveal(), ":"); strings.EqualFold(kind, prefix) {
				id.judge(false)
				return
			}
		}
	}
}

// isUserField reports whether the field is one in which an event names its
// user: "User.…", "UserInfo.…" or "ext.user.…", with dots or underscores.
func isUserField(path string) bool {
	parent, leaf := lastTwo(path)
	switch parent {
	case "user", "userinfo":
	default:
		return false
	}
	switch leaf {
	case "id", "localid", "upn", "userprincipalname", "email", "emailaddress", "name", "username", "loginname":
		return true
	}
	return false
}

// isObjectField reports whether the field holds the user's Entra object id.
func isObjectField(path string) bool {
	parent, leaf := lastTwo(path)
	return parent == "userinfo" && leaf == "id" || leaf == "primaryuserinfoid"
}

// lastTwo returns the last two parts of a path, folded.
func lastTwo(path string) (parent, leaf string) {
	path = strings.ToLower(strings.ReplaceAll(path, "_", "."))
	i := strings.LastIndexByte(path, '.')
	leaf = path[i+1:]
	if i > 0 {
		path = path[:i]
		parent = path[strings.LastIndexByte(path, '.')+1:]
	}
	return parent, leaf
}

// isAddress reports whether v is one e-mail address or sign-in name.
func isAddress(v string) bool {
	local, domain, ok := strings.Cut(v, "@")
	return ok && local != "" && strings.Contains(domain, ".") && !strings.ContainsAny(v, " \t\r\n,;<>\"") &&
		!strings.Contains(domain, "@")
}

// isGUID reports whether v is a code such as an Entra object id.
func isGUID(v string) bool {
	for i := range len(v) {
		c := v[i] | 0x20
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (v[i] == '-') || !dash && (c < 'a' || c > 'f') && (v[i] < '0' || v[i] > '9') {
			return false
		}
	}
	return true
}
