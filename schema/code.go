package schema

import "errors"

// Code is a stable name of what went wrong. Codes go into logs, exit codes and
// outputs; the sentence for a person is in the catalog, per language. A code
// never holds data.
type Code string

// The codes.
const (
	CodeInternal        Code = "internal"          // a fault of ours
	CodeUsage           Code = "usage"             // wrong flags or arguments
	CodeConfig          Code = "config"            // a configuration or subject file that cannot be used
	CodeIO              Code = "io"                // reading or writing failed
	CodeOtherPerson     Code = "other-person"      // the files are another person's
	CodeOtherTenant     Code = "other-tenant"      // the files are another organisation's
	CodeConsumerExport  Code = "consumer-export"   // an export of a private Microsoft account
	CodeFormatList      Code = "format-list"       // console text of PowerShell's Format-List
	CodeConcealed       Code = "concealed-names"   // a report in which the tenant conceals names
	CodeNotDecoded      Code = "not-decoded"       // a log that is recognised, and that this program cannot read
	CodeUnknownFormat   Code = "unknown-format"    // carried along, not explained
	CodeNothingFound    Code = "nothing-found"     // no readable input at all
	CodeSyntax          Code = "syntax"            // a record that is not valid
	CodeTooDeep         Code = "too-deep"          // nested deeper than the limit
	CodeTooLarge        Code = "too-large"         // longer than the limit
	CodeTruncated       Code = "truncated"         // the file ends inside the record
	CodeLimit           Code = "limit"             // an input limit was passed (archive bomb, too many files)
	CodeUnsafePath      Code = "unsafe-path"       // a name that points outside the input, or a link
	CodeDamagedArchive  Code = "damaged-archive"   // an archive or member that cannot be read
	CodeDamagedDatabase Code = "damaged-database"  // a database that cannot be read
	CodeEncryptedMember Code = "encrypted-archive" // an archive member with a password
	CodeInfected        Code = "infected"          // a file in which the organisation's scanner found something
	CodeScanLimit       Code = "scan-limit"        // a file that the scanner does not look at whole
	CodeNotScanned      Code = "not-scanned"       // the scanner did not answer, or nothing that is known
	CodeInterrupted     Code = "interrupted"       // stopped by the user
	CodeCatalog         Code = "catalog"           // a fault in the catalog data
	CodeNotFound        Code = "not-found"         // no such case, job or entry
	CodeConflict        Code = "conflict"          // not possible as things stand, or somebody else was faster
	CodeTooLate         Code = "too-late"          // the law's last day for it has passed
	CodeFourEyes        Code = "four-eyes"         // a second person must do it
	CodeUndelivered     Code = "undelivered"       // a notice could not be handed over
	CodeClock           Code = "clock"             // the clock of this machine jumped, or is wrong
	CodeTampered        Code = "tampered"          // stored bytes are not those that were stored
	CodeWrongKey        Code = "wrong-key"         // the key is not the one the store was made with
	CodeKeyChange       Code = "key-change"        // the organisation's key is being replaced
	CodeKeyCommand      Code = "key-command"       // the program that gives the organisation's key gave none
	CodeRenewal         Code = "renewal"           // the ledger is being renewed
	CodeInUse           Code = "in-use"            // another process uses the data folder
	CodeFull            Code = "full"              // the disk, the quota or a queue is full
	CodeDamagedStore    Code = "damaged-store"     // the data folder or a part of the queue is missing or damaged
	CodeUnreachable     Code = "unreachable"       // the queue cannot be reached
	CodeDenied          Code = "denied"            // the queue does not accept the credentials
	CodeErased          Code = "erased"            // the data was erased
	CodeNewerVersion    Code = "newer-version"     // written by a newer version of the program
	CodeDamagedJob      Code = "damaged-job"       // a job that cannot be read
	CodeUnbalanced      Code = "unbalanced"        // records that were read are not all in the bundle, or more are
	CodeCrash           Code = "crash"             // the work ended without an answer: a panic, or a killed process
)

// The codes of pulling from Microsoft.
const (
	CodeSignIn          Code = "sign-in"          // sign-in was refused
	CodePermission      Code = "permission"       // signed in, but not allowed
	CodeThrottled       Code = "throttled"        // asked too often
	CodeRemote          Code = "remote"           // the other side cannot be reached or fails
	CodePersonUnknown   Code = "person-unknown"   // not in the directory
	CodePersonAmbiguous Code = "person-ambiguous" // the names lead to several accounts
	CodePersonDeleted   Code = "person-deleted"   // the account was deleted and can be restored
	CodePersonDisabled  Code = "person-disabled"  // the account is disabled; an export is possible
	CodePersonGuest     Code = "person-guest"     // the account is of somebody of another organisation
	CodePersonRenamed   Code = "person-renamed"   // found by a name that is not, or no longer, the account's own
	CodeExportRefused   Code = "export-refused"   // the service does not take the order
	CodeStorageUnfit    Code = "storage-unfit"    // the storage account is of a kind that cannot be used
	CodeStorageLost     Code = "storage-lost"     // the container was gone before the export was taken over
	CodeExportFailed    Code = "export-failed"    // the service says that it failed
	CodeExportVanished  Code = "export-vanished"  // the service no longer knows the order
	CodeExportExpired   Code = "export-expired"   // not complete within thirty days
	CodeExportEmpty     Code = "export-empty"     // complete, with nothing in it
	CodeExportUnchecked Code = "export-unchecked" // nothing tells whose it is
	CodeHandedIn        Code = "handed-in"        // files that somebody brought; nobody of ours searched
	CodeHashDiffers     Code = "hash-differs"     // a file is not what its checksum says; kept as received
)

// Error is an error with a code. Its text says the code and what was being
// done, never a value, name or path from the data; the cause is reachable by
// errors.Is and errors.As but is not printed, since system errors quote paths.
type Error struct {
	Code  Code
	Op    string // verb and thing, lower case: "read export"
	Cause error
	// Counts are numbers by code that say how much is wrong, or nil.
	Counts map[string]int64
}

// Counted adds counts to an error: numbers by code, never data.
func Counted(e *Error, counts map[string]int64) *Error {
	e.Counts = counts
	return e
}

// CountsOf returns the counts of the first Error in err's chain, or nil.
func CountsOf(err error) map[string]int64 {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Counts
	}
	return nil
}

// Fail makes an Error.
func Fail(code Code, op string, cause error) *Error {
	return &Error{Code: code, Op: op, Cause: cause}
}

// FailRead gives an error of reading a file its code: that of the file's own
// reader where it has one, else CodeIO.
func FailRead(op string, cause error) *Error {
	code := CodeOf(cause)
	if code == CodeInternal {
		code = CodeIO
	}
	return Fail(code, op, cause)
}

// Error implements error without quoting the cause.
func (e *Error) Error() string { return e.Op + ": " + string(e.Code) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// CodeOf returns the code of the first Error in err's chain, CodeInternal for
// any other error, and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return CodeInternal
}
