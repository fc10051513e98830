package fetch

import (
	"context"
	"io"
	"net/url"
	"strings"

	"inzage/schema"
	"inzage/workers/internal/table"
	"inzage/workers/signins"
	"inzage/workers/usage"
)

// SignIns is the sign-in and directory logs with their remote half. It is safe
// for concurrent use.
type SignIns struct {
	*signins.Source
	from *Source
}

// SignIns makes the source of the sign-in logs, with the same settings.
func (s *Source) SignIns() *SignIns { return &SignIns{signins.New(), s} }

// Fetch implements schema.Fetcher: all that the logs still have, which is thirty
// days, or seven without a licence for more. What apps did on behalf of the
// person is in Graph's beta only.
func (s *SignIns) Fetch(ctx context.Context, who schema.Subject, box schema.Box) error {
	return s.from.logs(ctx, s.Name(), who, box, func(m pullMark) []logPart {
		list := func(name, address, filter string) logPart {
			return logPart{name: name, address: address + "?" + url.Values{"$filter": {filter}}.Encode(), ext: "json"}
		}
		id := "'" + strings.ReplaceAll(m.ObjectID, "'", "''") + "'"
		return []logPart{
			list("sign-ins", "/v1.0/auditLogs/signIns", "userId eq "+id),
			list("sign-ins-by-apps", "/beta/auditLogs/signIns", "userId eq "+id+" and signInEventTypes/any(t:t eq 'nonInteractiveUser')"),
			list("changes-by-person", "/v1.0/auditLogs/directoryAudits", "initiatedBy/user/id eq "+id),
			list("changes-of-person", "/v1.0/auditLogs/directoryAudits", "targetResources/any(t:t/id eq "+id+")"),
		}
	})
}

// Usage is the usage reports with their remote half. It is safe for concurrent
// use.
type Usage struct {
	*usage.Source
	from *Source
}

// Usage makes the source of the usage reports, with the same settings.
func (s *Source) Usage() *Usage { return &Usage{usage.New(), s} }

// Fetch implements schema.Fetcher. Graph gives each report of all people at once;
// the lines of others are left out here and stored nowhere.
func (u *Usage) Fetch(ctx context.Context, who schema.Subject, box schema.Box) error {
	return u.from.logs(ctx, u.Name(), who, box, func(pullMark) []logPart {
		const half = "(period='D180')"
		var list []logPart
		for _, r := range []struct{ name, call string }{
			{"teams-activity", "getTeamsUserActivityUserDetail" + half},
			{"teams-devices", "getTeamsDeviceUsageUserDetail" + half},
			{"mail-activity", "getEmailActivityUserDetail" + half},
			{"mail-apps", "getEmailAppUsageUserDetail" + half},
			{"mailbox", "getMailboxUsageDetail" + half},
			{"onedrive-activity", "getOneDriveActivityUserDetail" + half},
			{"onedrive-account", "getOneDriveUsageAccountDetail" + half},
			{"sharepoint-activity", "getSharePointActivityUserDetail" + half},
			{"office-activations", "getOffice365ActivationsUserDetail"},
			{"office-apps", "getM365AppUserDetail" + half},
			{"office-active", "getOffice365ActiveUserDetail" + half},
		} {
			list = append(list, logPart{name: r.name, address: "/v1.0/reports/" + r.call, keep: ownLines, ext: "csv"})
		}
		return list
	})
}

// ownLines passes the header of a table and the lines that name the person, as
// they are, and counts those. CodeConcealed: no line has a name. CodeSyntax,
// CodeTooLarge: a line cannot be read, and nobody can tell whose it is.
func ownLines(r io.Reader, w io.Writer, who schema.Subject) (lines int, err error) {
	t := table.NewReader(r, ',')
	head, err := t.Next()
	if err != nil {
		return 0, schema.Fail(schema.CodeRemote, "read report", err)
	}
	if _, err := w.Write(head.Raw); err != nil {
		return 0, err
	}
	named, hidden := 0, 0
	for {
		row, err := t.Next()
		if err == io.EOF { //nolint:errorlint // a wrapped EOF is no end but an answer that broke off
			break
		}
		if err != nil {
			return 0, schema.Fail(schema.CodeRemote, "read report", err)
		}
		switch row.Code {
		case "":
		case schema.CodeTruncated: // the answer broke off, not the report
			return 0, schema.Fail(schema.CodeRemote, "read report", nil)
		default:
			return 0, schema.Fail(row.Code, "read report", nil)
		}
		own := false
		for _, cell := range row.Cells {
			v := string(cell)
			own = own || who.HasUPN(v) || strings.EqualFold(v, who.ObjectID.Reveal())
			if usage.Concealed(v) {
				hidden++
			} else if strings.Contains(v, "@") {
				named++
			}
		}
		if !own {
			continue
		}
		lines++
		if _, err := w.Write(row.Raw); err != nil {
			return 0, err
		}
	}
	if lines == 0 && named == 0 && hidden > 0 {
		return 0, schema.Fail(schema.CodeConcealed, "read report", nil)
	}
	return lines, nil
}
