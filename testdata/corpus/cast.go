package corpus

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
)

// person is somebody who leaves traces: the subject of the case, or the
// colleague who sometimes uses the same laptop.
type person struct {
	name     string
	upn      string
	object   guid
	tenant   guid
	puid     uint64
	sid      string
	localIDs []string // the values of ext.user.localId, account first
	device   string
}

// cast invents the people of the demo case.
func cast(r *rand.Rand) (subject, colleague person) {
	tenant := newGUID(r)
	invent := func(name, upn string) person {
		object := newGUID(r)
		return person{
			name: name, upn: upn, object: object, tenant: tenant,
			// Work accounts have numbers that begin with 10032 in hexadecimal:
			// above 2^53, where a float would already lose digits.
			puid:     0x1003_2000_0000_0000 | r.Uint64()>>20 | 1,
			sid:      object.sid(),
			localIDs: []string{"m:" + hexDigits(r, 16), "w:" + newGUID(r).upper()},
			device:   "WAZ-LT-04417",
		}
	}
	subject = invent("Sanne de Wit", "sanne.dewit@waterlandaanzee.example")
	colleague = invent("Bram Jansma", "bram.jansma@waterlandaanzee.example")
	return subject, colleague
}

// file is the person file of the case, as a privacy officer fills it in. The
// PUID is given in hexadecimal, where the export has it in decimal.
func (p person) file() []byte {
	var b strings.Builder
	b.WriteString("# The person whose data was asked for. Invented, like everything in this folder.\n")
	fmt.Fprintf(&b, "name: %s\n", p.name)
	fmt.Fprintf(&b, "upns:\n  - %s\n  - s.dewit@waterlandaanzee.example\n", p.upn)
	fmt.Fprintf(&b, "object_id: %s\n", p.object)
	fmt.Fprintf(&b, "tenant_id: %s\n", p.tenant)
	fmt.Fprintf(&b, "puid: %q\n", fmt.Sprintf("%016X", p.puid))
	fmt.Fprintf(&b, "sids:\n  - %s\n", p.sid)
	b.WriteString("local_ids:\n")
	for _, id := range p.localIDs {
		fmt.Fprintf(&b, "  - %q\n", id)
	}
	fmt.Fprintf(&b, "devices:\n  - %s\n", p.device)
	return []byte(b.String())
}

// guid is a random identifier, version 4.
type guid [16]byte

func newGUID(r *rand.Rand) guid {
	var g guid
	binary.BigEndian.PutUint64(g[:8], r.Uint64())
	binary.BigEndian.PutUint64(g[8:], r.Uint64())
	g[6] = g[6]&0x0f | 0x40
	g[8] = g[8]&0x3f | 0x80
	return g
}

// String is the usual lower-case form with dashes.
func (g guid) String() string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", g[:4], g[4:6], g[6:8], g[8:10], g[10:])
}

func (g guid) upper() string { return strings.ToUpper(g.String()) }

// sid is the Windows security identifier of a cloud account: its object id, read
// as four 32-bit numbers in the byte order in which Windows keeps a GUID.
func (g guid) sid() string {
	words := [4]uint32{
		binary.BigEndian.Uint32(g[:4]),
		uint32(binary.BigEndian.Uint16(g[6:8]))<<16 | uint32(binary.BigEndian.Uint16(g[4:6])),
		binary.LittleEndian.Uint32(g[8:12]),
		binary.LittleEndian.Uint32(g[12:]),
	}
	return fmt.Sprintf("S-1-12-1-%d-%d-%d-%d", words[0], words[1], words[2], words[3])
}

func hexDigits(r *rand.Rand, n int) string {
	const digits = "0123456789ABCDEF"
	b := make([]byte, n)
	for i := range b {
		b[i] = digits[r.IntN(16)]
	}
	return string(b)
}

// pick returns one of the choices.
func pick[T any](r *rand.Rand, choices ...T) T { return choices[r.IntN(len(choices))] }
