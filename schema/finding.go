package schema

// Finding is something in the records that the data protection officer must
// know: it differs from what was agreed or promised. It holds no content: the
// officer reads findings, not the records.
type Finding struct {
	// ID is the stable code of the kind of finding; the catalog says what it
	// means (finding.ID) and what to do.
	ID FindingID `json:"id"`
	// Severity says how soon somebody must look.
	Severity Severity `json:"severity"`
	// Count is the number of records (or values, where ID says so).
	Count int64 `json:"count"`
	// Evidence says where, most frequent first, and is bounded; More counts
	// what is not listed.
	Evidence []Evidence `json:"evidence,omitempty"`
	More     int64      `json:"more,omitempty"`
}

// Evidence is one place of a finding. Code is one of our own codes or the key of
// a catalog entry, never a value, name or path from the data.
type Evidence struct {
	Code  string `json:"code"`
	Count int64  `json:"count"`
}

// FindingCounts begins the name of a count of a build, 1 for each kind of finding in
// the bundle; the ID of the finding follows. How often it was found tells of what
// one person did, and is in the bundle only.
const FindingCounts = "finding."

// FindingID is the code of a kind of finding. The codes are public output.
type FindingID string

// The findings.
const (
	// FindingPurpose: records that fit none of the agreed purposes.
	FindingPurpose FindingID = "purpose-unmapped"
	// FindingExceptionAge: records of the OneDrive exception that were older
	// than the agreed 30 days on the day of the request.
	FindingExceptionAge FindingID = "exception-too-old"
	// FindingIdentified: records of another service than OneDrive with a path, an
	// address or the name of a user in clear text.
	FindingIdentified FindingID = "identified-outside-onedrive"
	// FindingAge: records older than the longest term that Microsoft names.
	FindingAge FindingID = "too-old"
	// FindingOutsideEU: records whose collector stands outside the EU.
	FindingOutsideEU FindingID = "outside-eu"
	// FindingOwnController: records of a service for which Microsoft decides
	// by itself, which an export by the organisation should not hold.
	FindingOwnController FindingID = "own-controller"
	// FindingNeither: diagnostic events while the organisation chose to send none
	// (level "Neither").
	FindingNeither FindingID = "diagnostic-at-neither"
	// FindingSwitchedOff: requests to a service that the organisation switched off.
	FindingSwitchedOff FindingID = "traffic-while-off"
	// FindingPromise: requests that Microsoft promised would no longer be made.
	FindingPromise FindingID = "against-promise"
	// FindingAdvertising: records with an identifier that exists for advertising.
	FindingAdvertising FindingID = "advertising-id"
	// FindingHost: requests to a host of which nobody wrote down whose it is.
	FindingHost FindingID = "unknown-host"
	// FindingReportNames: the reports for admins show names. Count is 1.
	FindingReportNames FindingID = "report-names-shown"
	// FindingOthers: records of other people in what came from a person's device.
	FindingOthers FindingID = "others-on-device"
	// FindingAdvice: advice on the settings of the tenant that is not followed.
	// Count counts advice.
	FindingAdvice FindingID = "advice-not-followed"
	// FindingTexts: legal texts that should have been looked at again before
	// the day of the request. Count counts texts.
	FindingTexts FindingID = "texts-overdue"
)

// Severity is how soon somebody must look at a finding of this kind.
func (id FindingID) Severity() Severity {
	switch id {
	case FindingExceptionAge, FindingIdentified, FindingOutsideEU,
		FindingNeither, FindingSwitchedOff, FindingPromise, FindingAdvertising:
		return SeverityHigh
	case FindingPurpose, FindingAge, FindingOwnController, FindingHost, FindingReportNames, FindingOthers,
		FindingAdvice:
		return SeverityMedium
	case FindingTexts:
		return SeverityLow
	}
	return SeverityMedium
}

// Severity orders findings.
type Severity string

// The severities.
const (
	SeverityHigh   Severity = "high"   // differs from an agreement
	SeverityMedium Severity = "medium" // may differ; somebody must find out
	SeverityLow    Severity = "low"    // good to know
)

// Severities lists them, what is most urgent first.
func Severities() []Severity { return []Severity{SeverityHigh, SeverityMedium, SeverityLow} }
