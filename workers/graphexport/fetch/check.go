package fetch

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"

	"inzage/schema"
)

// Finding is what one check came to. The codes are part of the public output;
// the catalog has the words for each Check, and for each Problem what to mend.
type Finding struct {
	Check   Check
	Outcome Outcome
	// Problem says what is wrong, by a code, and is empty where nothing is.
	Problem Problem
	// Count is of what the check counts: containers, days, rights.
	Count int
}

// Outcome is how a check ended.
type Outcome string

// The outcomes.
const (
	Fine    Outcome = "ok"
	Warning Outcome = "warning" // works, but look at it
	Failed  Outcome = "failed"  // no export can be made like this
	Skipped Outcome = "skipped" // not known: it depends on a check that failed, or cannot be seen
)

// Check is one thing that an export needs.
type Check string

// The checks, in their order.
const (
	CheckCloud        Check = "cloud"              // an export exists in this cloud
	CheckSignIn       Check = "sign-in"            // the application can sign in
	CheckRightExport  Check = "right-export"       // User.Export.All
	CheckRightRead    Check = "right-read"         // User.Read.All
	CheckRightsMore   Check = "rights-more"        // nothing beyond these and the next five
	CheckRightAudit   Check = "right-audit"        // AuditLogsQuery.Read.All, for the audit log alone
	CheckRightLogs    Check = "right-sign-ins"     // AuditLog.Read.All, for the sign-in logs alone
	CheckRightUsage   Check = "right-reports"      // Reports.Read.All, for the usage reports alone
	CheckRightNames   Check = "right-report-names" // ReportSettings.Read.All, to see a setting alone
	CheckRightMethods Check = "right-sign-in-ways" // Policy.Read.AuthenticationMethod, to see a setting alone
	CheckDirectory    Check = "directory"          // people can be looked up
	CheckOperations   Check = "operations"         // exports can be followed
	CheckContainer    Check = "container"          // a container can be made, listed and deleted
	CheckSignature    Check = "signature"          // what Microsoft is given is what it accepts
	CheckAppend       Check = "append"             // the account takes append blobs
	CheckReadBack     Check = "read-back"          // what was written can be read
	CheckRetention    Check = "retention"          // what is deleted is gone
	CheckLeftovers    Check = "leftovers"          // nothing was left behind
)

// Problem is what is wrong.
type Problem string

// The problems.
const (
	ProblemCloud        Problem = "cloud-without-export"
	ProblemSignIn       Problem = "sign-in-refused"
	ProblemTenant       Problem = "wrong-tenant"
	ProblemRightMissing Problem = "right-missing"
	ProblemRightUnasked Problem = "right-not-granted" // and needed only where that source is asked for
	ProblemRightsMore   Problem = "more-rights-than-needed"
	ProblemUnreachable  Problem = "unreachable"
	ProblemThrottled    Problem = "too-many-requests"
	ProblemForbidden    Problem = "forbidden"
	ProblemRefused      Problem = "storage-refuses"
	ProblemKey          Problem = "wrong-key"
	ProblemNoKeys       Problem = "keys-switched-off"
	ProblemNoAccount    Problem = "no-such-account"
	ProblemGivesRead    Problem = "signature-gives-read"
	ProblemPremium      Problem = "no-append-blobs"
	ProblemSoftDelete   Problem = "deleted-blobs-are-kept"
	ProblemLeftovers    Problem = "containers-left-behind"
	ProblemNotVisible   Problem = "not-visible"
)

// Problems lists all problems.
func Problems() []Problem {
	return []Problem{
		ProblemCloud, ProblemSignIn, ProblemTenant, ProblemRightMissing, ProblemRightUnasked, ProblemRightsMore, ProblemUnreachable, ProblemThrottled,
		ProblemForbidden, ProblemRefused, ProblemKey, ProblemNoKeys, ProblemNoAccount, ProblemGivesRead, ProblemPremium,
		ProblemSoftDelete, ProblemLeftovers, ProblemNotVisible,
	}
}

// Check goes through everything that an export needs, without ordering one: it
// writes into a container of its own as Microsoft would, and deletes it.
func (s *Source) Check(ctx context.Context) []Finding {
	c := &checkup{Source: s}
	c.cloud()
	c.rights(ctx)
	c.asks(ctx)
	c.storage(ctx)
	return c.list
}

type checkup struct {
	*Source

	list []Finding
}

func (c *checkup) add(check Check, outcome Outcome, problem Problem, count int) {
	c.list = append(c.list, Finding{check, outcome, problem, count})
}

// put adds a check that is fine or fails.
func (c *checkup) put(check Check, problem Problem) {
	outcome := Fine
	if problem != "" {
		outcome = Failed
	}
	c.add(check, outcome, problem, 0)
}

func (c *checkup) skip(checks ...Check) {
	for _, check := range checks {
		c.add(check, Skipped, "", 0)
	}
}

// cloud warns: the metadata of the other clouds has no such action, one page of
// documentation says that they have.
func (c *checkup) cloud() {
	if c.config.Cloud == "" || c.config.Cloud == Public {
		c.add(CheckCloud, Fine, "", 0)
		return
	}
	c.add(CheckCloud, Warning, ProblemCloud, 0)
}

// asks tries the questions that an export asks.
func (c *checkup) asks(ctx context.Context) {
	for _, ask := range []struct {
		check   Check
		address string
	}{
		{CheckDirectory, "/users?$top=1&$select=id"},
		{CheckOperations, "/dataPolicyOperations?$top=1"},
	} {
		var answer struct{}
		err := c.graph.get(ctx, ask.address, &answer)
		if ask.check == CheckOperations {
			err = unlisted("list operations", err)
		} else {
			err = coded("list users", err)
		}
		c.put(ask.check, problem(err))
	}
}

// problem says in a code what an error of the other side means for an admin.
func problem(err error) Problem {
	switch schema.CodeOf(err) {
	case "":
		return ""
	case schema.CodeSignIn:
		return ProblemSignIn
	case schema.CodePermission:
		return ProblemForbidden
	case schema.CodeThrottled:
		return ProblemThrottled
	default:
		return ProblemUnreachable
	}
}

// storage does what Microsoft does with the container that it is given, and
// what we do with it afterwards.
func (c *checkup) storage(ctx context.Context) {
	name := newName()
	if err := c.store.create(ctx, name); err != nil {
		c.put(CheckContainer, storageProblem(err))
		c.skip(CheckSignature, CheckAppend, CheckReadBack)
	} else {
		c.rehearse(ctx, name)
		if err := c.store.remove(ctx, name); err != nil {
			c.put(CheckContainer, storageProblem(err))
		} else {
			c.put(CheckContainer, "")
		}
	}
	c.retention(ctx)
	c.leftovers(ctx)
}

// rehearse plays Microsoft's part.
func (c *checkup) rehearse(ctx context.Context, name string) {
	location, err := c.store.location(name, c.now().Add(c.config.Times.Life))
	if err != nil {
		c.put(CheckSignature, ProblemKey)
		c.skip(CheckAppend, CheckReadBack)
		return
	}
	guest, err := container.NewClientWithNoCredential(location, &container.ClientOptions{ClientOptions: c.config.options()})
	if err != nil {
		c.put(CheckSignature, ProblemUnreachable)
		c.skip(CheckAppend, CheckReadBack)
		return
	}
	blob := guest.NewAppendBlobClient(requestInfo)
	_, err = blob.Create(ctx, nil)
	if err == nil {
		_, err = blob.AppendBlock(ctx, streaming.NopCloser(strings.NewReader("{}")), nil)
	}
	switch code := refusedBy(err); {
	case err == nil:
		c.put(CheckAppend, "")
	case code == "BlobTypeNotSupported" || code == "FeatureNotSupportedForAccount":
		c.put(CheckAppend, ProblemPremium)
	default:
		c.put(CheckSignature, storageProblem(err))
		c.skip(CheckAppend, CheckReadBack)
		return
	}
	_, listed := guest.NewListBlobsFlatPager(nil).NextPage(ctx)
	_, read := blob.DownloadStream(ctx, nil)
	if forbidden(listed) && forbidden(read) {
		c.put(CheckSignature, "")
	} else {
		c.put(CheckSignature, ProblemGivesRead)
	}
	c.readBack(ctx, name)
}

func forbidden(err error) bool {
	answer, ok := errors.AsType[*azcore.ResponseError](err)
	return ok && answer.StatusCode == 403
}

// readBack reads with our own credential what was written with the signature.
func (c *checkup) readBack(ctx context.Context, name string) {
	files, err := c.store.list(ctx, name)
	for _, f := range files {
		if err != nil {
			break
		}
		var in io.ReadCloser
		if in, err = c.store.open(ctx, name, f); err == nil {
			_, err = io.Copy(io.Discard, in)
			_ = in.Close()
		}
	}
	c.put(CheckReadBack, storageProblem(err))
}

// retention warns where deleted blobs are kept: the container that we delete
// would then still hold the export for so many days.
func (c *checkup) retention(ctx context.Context) {
	p, err := c.store.client.GetProperties(ctx, nil)
	switch {
	case err != nil: // needs a right of the management side
		c.add(CheckRetention, Skipped, ProblemNotVisible, 0)
	case p.DeleteRetentionPolicy != nil && p.DeleteRetentionPolicy.Enabled != nil && *p.DeleteRetentionPolicy.Enabled:
		days := 0
		if p.DeleteRetentionPolicy.Days != nil {
			days = int(*p.DeleteRetentionPolicy.Days)
		}
		c.add(CheckRetention, Warning, ProblemSoftDelete, days)
	default:
		c.put(CheckRetention, "")
	}
}

// leftovers warns of containers that nothing needs any more.
func (c *checkup) leftovers(ctx context.Context) {
	list, err := c.Leftovers(ctx)
	if err != nil {
		c.skip(CheckLeftovers)
		return
	}
	list = slices.DeleteFunc(list, func(l Leftover) bool { return !l.Overdue })
	if len(list) > 0 {
		c.add(CheckLeftovers, Warning, ProblemLeftovers, len(list))
		return
	}
	c.put(CheckLeftovers, "")
}

// storageProblem says in a code what an error of storage means for an admin.
func storageProblem(err error) Problem {
	switch {
	case err == nil:
		return ""
	case bloberror.HasCode(err, bloberror.AuthenticationFailed):
		return ProblemKey
	case bloberror.HasCode(err, bloberror.AuthorizationFailure): // the account's network rules; a missing role has a code of its own
		return ProblemRefused
	case refusedBy(err) == "KeyBasedAuthenticationNotPermitted":
		return ProblemNoKeys
	case bloberror.HasCode(err, bloberror.AccountIsDisabled), strings.Contains(err.Error(), "no such host"):
		return ProblemNoAccount
	}
	return problem(coded("use storage", err))
}

// claims are what an access token says about the application. The token is our
// own, fresh from sign-in: its signature is Graph's to check.
type claims struct {
	Roles  []string `json:"roles"`
	Tenant string   `json:"tid"`
}

// signIn gets a token for Graph and reads it.
func (s *Source) signIn(ctx context.Context) (claims, error) {
	token, err := s.credential.GetToken(ctx, policy.TokenRequestOptions{
		Scopes: []string{s.config.Cloud.graphEndpoint() + "/.default"}, EnableCAE: true,
	})
	if err != nil {
		return claims{}, coded("sign in", err)
	}
	parts := strings.Split(token.Token, ".")
	if len(parts) != 3 {
		return claims{}, schema.Fail(schema.CodeRemote, "read token", nil)
	}
	var c claims
	data, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err == nil {
		err = json.Unmarshal(data, &c)
	}
	if err != nil {
		return claims{}, schema.Fail(schema.CodeRemote, "read token", err)
	}
	return c, nil
}
