package fetch

import (
	"context"
	"slices"
	"strings"

	"inzage/schema"
)

// rights looks into the token for what an admin has granted.
func (c *checkup) rights(ctx context.Context) {
	token, err := c.signIn(ctx)
	switch {
	case err == nil && token.Tenant != "" && !strings.EqualFold(token.Tenant, c.config.Tenant):
		c.put(CheckSignIn, ProblemTenant)
	case schema.CodeOf(err) == schema.CodeSignIn:
		c.put(CheckSignIn, ProblemSignIn)
	case err != nil:
		c.put(CheckSignIn, ProblemUnreachable)
	default:
		c.put(CheckSignIn, "")
	}
	if err != nil {
		c.skip(append(append([]Check{CheckRightExport, CheckRightRead}, optional()...), CheckRightsMore)...)
		return
	}
	for _, need := range []struct {
		check Check
		any   []string
	}{
		{CheckRightExport, []string{rightExport}},
		{CheckRightRead, []string{rightRead, "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}},
	} {
		if slices.ContainsFunc(need.any, func(r string) bool { return slices.Contains(token.Roles, r) }) {
			c.put(need.check, "")
		} else {
			c.put(need.check, ProblemRightMissing)
		}
	}
	of := rightsOf()
	for _, check := range optional() {
		if slices.Contains(token.Roles, of[check]) {
			c.put(check, "")
		} else {
			c.add(check, Skipped, ProblemRightUnasked, 0)
		}
	}
	more := slices.DeleteFunc(slices.Clone(token.Roles), func(r string) bool {
		for _, known := range of {
			if r == known {
				return true
			}
		}
		return false
	})
	if len(more) > 0 {
		c.add(CheckRightsMore, Warning, ProblemRightsMore, len(more))
	} else {
		c.put(CheckRightsMore, "")
	}
}

// The application permissions of Graph that an export needs.
const (
	rightExport = "User.Export.All"
	rightRead   = "User.Read.All"
)

// rightsOf are the permissions that the sources need, each the least that is
// enough, by the check that looks for it.
func rightsOf() map[Check]string {
	return map[Check]string{
		CheckRightExport: rightExport, CheckRightRead: rightRead,
		CheckRightAudit: "AuditLogsQuery.Read.All", CheckRightLogs: "AuditLog.Read.All", CheckRightUsage: "Reports.Read.All",
		CheckRightNames: "ReportSettings.Read.All", CheckRightMethods: "Policy.Read.AuthenticationMethod",
	}
}

// optional are the checks for rights that are needed only where what they are for is
// asked for.
func optional() []Check {
	return []Check{CheckRightAudit, CheckRightLogs, CheckRightUsage, CheckRightNames, CheckRightMethods}
}

// Right is the permission that a check is about, empty where it is about none.
func Right(c Check) string { return rightsOf()[c] }
