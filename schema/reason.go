package schema

// Reasons lists the codes that an act of the kind may have: why a period is
// extended, what is asked of the person, on what ground a request is refused.
// It is nil for an act that needs none.
func Reasons(kind EntryKind) []Code {
	switch kind {
	case EntryExtended:
		// Great effort, or many requests, do not count (GDPR art. 12(3); EDPB
		// Guidelines 01/2022, 162-164).
		return []Code{"volume", "spread", "redaction", "intelligible"}
	case EntrySuspended: // EDPB Guidelines 01/2022, 159
		return []Code{"identity", "scope"}
	case EntryRefused: // GDPR art. 12(5) and 15(4), UAVG art. 41
		return []Code{
			"unfounded", "excessive", "not-identified", "rights-of-others",
			"uavg-41-security", "uavg-41-defence", "uavg-41-public-security", "uavg-41-crime", "uavg-41-public-interest",
			"uavg-41-judiciary", "uavg-41-profession", "uavg-41-supervision", "uavg-41-rights", "uavg-41-civil-claims",
		}
	default:
		return nil
	}
}

// IdentityMethods lists the ways in which the identity of who asks was checked.
// More proof than that is only asked on reasonable doubt (GDPR art. 12(6)); a
// copy of a passport is never kept.
func IdentityMethods() []Code {
	return []Code{IdentitySignedIn, "known-at-work", "seen-document", "called-back"}
}

// IdentitySignedIn says that the person asked in the desk, signed in: no further
// proof is needed (GDPR recital 64).
const IdentitySignedIn Code = "signed-in"

// MostAsked is how many questions of a person can wait for an answer.
const MostAsked = 5

// Marks lists what a person can say of a sentence in the answer.
func Marks() []Code { return []Code{"unclear", "wrong"} }

// ViewReasons lists why somebody may open the content of a request. The person
// sees each time and its reason (CJEU C-579/21).
func ViewReasons() []Code { return []Code{"review", "delivery", "question"} }
