package explain

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"inzage/schema"
)

// people knows who is who in one run: which identifiers are the person's own,
// which others the organisation allows to be shown, and the number that each
// other person got when first met.
//
// Identifiers are kept as keys, so that spellings of one identifier are the
// same: "a:" an address, "c:" a code, "n:" a name, "u:" a user or folder name.
type people struct {
	own, shown map[string]bool
	ownName    []string // words of the person's name, lower case
	ownUsers   []string // letters of the names under which a computer may know the person
	numbers    map[string]int32
	last       int32
	codes      map[string]int32 // codes of which it is unknown whose they are
	full       bool             // more people than fit: no number for the rest
	names      nameIndex
}

// maxPeople bounds the keys of other people.
const maxPeople = 200_000

func newPeople(who schema.Subject, show, mask []schema.Subject) *people {
	p := &people{
		own: make(map[string]bool), shown: make(map[string]bool),
		numbers: make(map[string]int32), codes: make(map[string]int32),
	}
	for _, key := range keysOf(who) {
		p.own[key] = true
	}
	p.ownName = nameWords(who.Name.Reveal())
	if len(p.ownName) > 1 {
		p.ownUsers = append(p.ownUsers, strings.Join(p.ownName, ""))
		var initials []rune
		for i, w := range p.ownName[:len(p.ownName)-1] {
			initials = append(initials, []rune(w)[0])
			p.ownUsers = append(p.ownUsers, string(initials)+strings.Join(p.ownName[i+1:], ""))
		}
	}
	for _, upn := range who.UPNs {
		local, _, _ := strings.Cut(upn.Reveal(), "@")
		p.ownUsers = append(p.ownUsers, letters(local))
	}
	for _, s := range show {
		for _, key := range keysOf(s) {
			p.shown[key] = true
		}
	}
	for _, s := range mask { // known beforehand, so found from the first record on
		p.meet(nameWords(s.Name.Reveal()), keysOf(s)...)
	}
	return p
}

// keysOf lists the keys of everything by which a person is known.
func keysOf(s schema.Subject) []string {
	var keys []string
	for _, upn := range s.UPNs {
		keys = append(keys, addressKeys(upn.Reveal())...)
	}
	if words := nameWords(s.Name.Reveal()); len(words) > 0 {
		keys = append(keys, nameKey(words))
	}
	for _, code := range slices.Concat([]schema.Personal{s.ObjectID, s.TenantID, s.PUID}, s.SIDs, s.LocalIDs) {
		if !code.IsEmpty() {
			keys = append(keys, codeKey(code.Reveal()))
		}
		if _, code, ok := strings.Cut(code.Reveal(), ":"); ok { // "m:", "w:": the kind of account
			keys = append(keys, codeKey(code))
		}
	}
	return keys
}

// addressKeys are the keys of an address: itself, the name of its owner's
// folders and OneDrive site, and the name that "first.last@" spells.
func addressKeys(address string) []string {
	address = strings.ToLower(strings.TrimSpace(address))
	local, domain, _ := strings.Cut(address, "@")
	if domain == "live.com" && len(local) == 16 && allHex(local) { // an account number, as SharePoint writes it
		return []string{codeKey(local)}
	}
	if plain, _, tagged := strings.Cut(local, "+"); tagged && plain != "" {
		local, address = plain, plain+"@"+domain
	}
	keys := []string{"a:" + address}
	if local != "" && domain != "" {
		keys = append(keys, "u:"+local, "u:"+siteName(address))
	}
	if words := localWords(local); words != nil {
		keys = append(keys, nameKey(words))
	}
	return keys
}

// siteName is an address as OneDrive writes it in the address of a site.
func siteName(address string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return '_'
	}, address)
}

// localWords are the words of a local part that spells a name: two or more, the
// last one no initial.
func localWords(local string) []string {
	words := nameWords(strings.Map(func(r rune) rune {
		if strings.ContainsRune("._-", r) {
			return ' '
		}
		return r
	}, local))
	if len(words) < 2 || utf8.RuneCountInString(words[len(words)-1]) < 3 {
		return nil
	}
	return words
}

// codeKey is the key of a code: GUIDs without marks, account numbers in
// hexadecimal, and the SID of an Entra account as the object id that it holds.
func codeKey(code string) string {
	code = strings.ToLower(strings.Trim(strings.TrimSpace(code), "{}"))
	if object, ok := objectOfSID(code); ok {
		return "c:" + object
	}
	if isNumber(code) && len(code) >= 15 {
		if n, err := strconv.ParseUint(code, 10, 64); err == nil {
			return "c:" + strconv.FormatUint(n, 16)
		}
	}
	if isGUID(code) || len(code) == 16 && allHex(code) {
		return "c:" + strings.TrimLeft(strings.ReplaceAll(code, "-", ""), "0")
	}
	return "c:" + code
}

// ofCode is what a table says of a code. Most codes are GUIDs of which it says
// nothing: to find that out, no key is made.
func ofCode[V any](table map[string]V, code string) V {
	if len(code) != guidLength || !isGUID(code) {
		return table[codeKey(code)]
	}
	var room [2 + guidLength]byte
	key := append(room[:0], "c:"...)
	for i := range len(code) {
		c := code[i]
		switch {
		case c == '-', c == '0' && len(key) == len("c:"):
			continue
		case c >= 'A' && c <= 'F':
			c |= 0x20
		}
		key = append(key, c)
	}
	return table[string(key)]
}

// objectOfSID reads the object id out of S-1-12-1-a-b-c-d: four numbers in the
// byte order in which Windows keeps a GUID.
func objectOfSID(sid string) (string, bool) {
	rest, ok := strings.CutPrefix(sid, "s-1-12-1-")
	if !ok {
		return "", false
	}
	parts := strings.Split(rest, "-")
	if len(parts) != 4 {
		return "", false
	}
	var w [4]uint32
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 10, 32)
		if err != nil {
			return "", false
		}
		w[i] = uint32(n)
	}
	hex := func(n uint32, bytes int) string {
		s := strconv.FormatUint(uint64(n), 16)
		return strings.Repeat("0", 2*bytes-len(s)) + s
	}
	swap := func(n uint32) uint32 { return n<<24 | n<<8&0xff0000 | n>>8&0xff00 | n>>24 }
	object := hex(w[0], 4) + hex(w[1]&0xffff, 2) + hex(w[1]>>16, 2) + hex(swap(w[2]), 4) + hex(swap(w[3]), 4)
	return strings.TrimLeft(object, "0"), true
}

// nameWords are the words of a person's name in lower case, first name first:
// "Wit, Sanne de (Sport)" gives sanne, de, wit.
func nameWords(name string) []string {
	if open := strings.IndexByte(name, '('); open > 0 {
		name = name[:open]
	}
	if last, first, ok := strings.Cut(name, ","); ok {
		name = first + " " + last
	}
	return strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) })
}

func nameKey(words []string) string {
	words = slices.Clone(words)
	slices.Sort(words)
	return "n:" + strings.Join(words, " ")
}

// letters keeps the letters of a text, in lower case.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// isOwn reports whether one of the keys is the person's.
func (p *people) isOwn(keys ...string) bool {
	return slices.ContainsFunc(keys, func(k string) bool { return p.own[k] })
}

// isOwnName reports whether a name is the person's, with first names in full or
// as initials.
func (p *people) isOwnName(words []string) bool {
	whole := false
	for _, w := range words {
		switch {
		case slices.Contains(p.ownName, w):
			whole = whole || utf8.RuneCountInString(w) > 2
		case utf8.RuneCountInString(w) == 1 && slices.ContainsFunc(p.ownName, func(own string) bool { return strings.HasPrefix(own, w) }):
		default:
			return false
		}
	}
	return whole
}

// isOwnUser reports whether a folder or site is the person's: by its full name,
// or by the beginning of the person's name, as Windows shortens it.
func (p *people) isOwnUser(user string) bool {
	user = strings.ToLower(user)
	if p.own["u:"+user] || p.own[codeKey(user)] {
		return true
	}
	user, _, _ = strings.Cut(user, "~") // SANNED~1
	if p.own["u:"+user] {
		return true
	}
	if dot := strings.LastIndexByte(user, '.'); dot > 0 && p.own["u:"+user[:dot]] { // sanne.dewit.WAZ-LT-04417
		return true
	}
	short := letters(user)
	return len(short) >= 4 && slices.ContainsFunc(p.ownUsers, func(own string) bool { return strings.HasPrefix(own, short) })
}

// meet is number for a person who is met with a name, or with an address that
// spells one: from then on the name is found wherever it stands.
func (p *people) meet(name []string, keys ...string) int32 {
	n := p.number(keys...)
	if n != 0 && !p.isOwnName(name) && !p.shown[nameKey(name)] {
		p.names.add(name)
	}
	return n
}

// number is the number of the person that one of the keys belongs to, a new one
// where none does; 0 where no more fit.
func (p *people) number(keys ...string) int32 {
	var n int32
	for _, k := range keys {
		if n = p.numbers[k]; n != 0 {
			break
		}
	}
	if len(p.numbers)+len(keys) > maxPeople {
		p.full = p.full || n == 0
		return n
	}
	if n == 0 {
		p.last++
		n = p.last
	}
	for _, k := range keys {
		if p.numbers[k] == 0 {
			p.numbers[strings.Clone(k)] = n
		}
	}
	return n
}

// unmet reports whether none of the keys has a number yet.
func (p *people) unmet(keys []string) bool {
	return !slices.ContainsFunc(keys, func(k string) bool { return p.numbers[k] != 0 })
}

// join gives the keys to a person who was met before.
func (p *people) join(n int32, keys []string) {
	for _, k := range keys {
		if len(p.numbers) < maxPeople {
			p.numbers[strings.Clone(k)] = n
		}
	}
}
