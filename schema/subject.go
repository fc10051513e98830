package schema

import (
	"slices"
	"strings"
)

// Subject is the person (betrokkene) whose data was asked for, with every
// identifier by which the person's records can be told from others'. All of it
// is optional but at least one identifier is needed to check that files belong
// to the person.
type Subject struct {
	Name     Personal
	UPNs     []Personal // sign-in names and e-mail addresses, old ones too
	ObjectID Personal   // Entra object id
	TenantID Personal   // Entra tenant id of the organisation
	PUID     Personal   // OrgIdPUID, decimal or 16 hex digits
	SIDs     []Personal // Windows security identifiers
	LocalIDs []Personal // values of ext.user.localId known to be the person's
	Devices  []Personal // names of the person's devices
}

// HasSID reports whether sid is one of the person's, ignoring case.
func (s Subject) HasSID(sid string) bool { return contains(s.SIDs, sid) }

// HasUPN reports whether upn is one of the person's, ignoring case.
func (s Subject) HasUPN(upn string) bool { return contains(s.UPNs, upn) }

// HasLocalID reports whether id is one of the person's, ignoring case.
func (s Subject) HasLocalID(id string) bool { return contains(s.LocalIDs, id) }

func contains(list []Personal, v string) bool {
	for _, p := range list {
		if strings.EqualFold(p.Reveal(), v) {
			return true
		}
	}
	return false
}

// Equal reports whether two subjects hold the same values, in the same order.
func (s Subject) Equal(t Subject) bool {
	same := func(a, b []Personal) bool { return slices.EqualFunc(a, b, Personal.Equal) }
	return s.Name.Equal(t.Name) && s.ObjectID.Equal(t.ObjectID) && s.TenantID.Equal(t.TenantID) && s.PUID.Equal(t.PUID) &&
		same(s.UPNs, t.UPNs) && same(s.SIDs, t.SIDs) && same(s.LocalIDs, t.LocalIDs) && same(s.Devices, t.Devices)
}
