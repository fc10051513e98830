package fetch

import (
	"context"

	"inzage/schema"
)

// Setting is what Graph says of one setting of the tenant that an organisation was
// advised about: Advice and Value are keys of register.Advice.
type Setting struct {
	Advice string
	Value  string // empty where it is not known, and Why says why
	Why    Unseen
}

// Unseen says why a setting is not known.
type Unseen string

// The reasons.
const (
	UnseenRight   Unseen = "right-missing"
	UnseenRemote  Unseen = "unreachable"
	UnseenOutside Unseen = "older-settings" // settings that Graph does not tell count too
)

// Settings asks how the settings of the tenant stand that Graph tells. It changes
// nothing, uses no storage, and needs a right of its own for each (CheckRightNames,
// CheckRightMethods). The error is CodeConfig where a setting of ours is missing,
// and CodeInterrupted where ctx ended.
func Settings(ctx context.Context, c Config) ([]Setting, error) {
	if missing := c.MissingToAsk(); missing != "" {
		return nil, schema.Fail(schema.CodeConfig, "read setting "+missing, nil)
	}
	c.Times = c.Times.filled()
	credential, err := c.credential()
	if err != nil {
		return nil, schema.Fail(schema.CodeConfig, "make credential", err)
	}
	g := newGraph(c, credential)
	list := []Setting{g.reportNames(ctx), g.textMessages(ctx)}
	if ctx.Err() != nil {
		return nil, schema.Fail(schema.CodeInterrupted, "ask for settings", ctx.Err())
	}
	return list, nil
}

// reportNames asks whether reports conceal who they are about
// (https://learn.microsoft.com/graph/api/resources/adminreportsettings).
func (g *graph) reportNames(ctx context.Context) Setting {
	is := Setting{Advice: "report-names"}
	var answer struct {
		Concealed *bool `json:"displayConcealedNames"`
	}
	err := g.get(ctx, "/admin/reportSettings", &answer)
	switch {
	case err != nil || answer.Concealed == nil:
		is.Why = unseen(err)
	case *answer.Concealed:
		is.Value = "hidden"
	default:
		is.Value = "shown"
	}
	return is
}

// textMessages asks whether anybody can sign in with a code by text message
// (https://learn.microsoft.com/graph/api/resources/authenticationmethodspolicy).
// That the policy forbids it shows nothing until the migration to it is complete:
// the settings before it, which Graph does not tell, count as well.
func (g *graph) textMessages(ctx context.Context) Setting {
	is := Setting{Advice: "mfa-sms"}
	var answer struct {
		Migration string `json:"policyMigrationState"`
		Methods   []struct {
			ID    string `json:"id"`
			State string `json:"state"`
		} `json:"authenticationMethodConfigurations"`
	}
	err := g.get(ctx, "/policies/authenticationMethodsPolicy", &answer)
	state := ""
	for _, m := range answer.Methods {
		if m.ID == "Sms" {
			state = m.State
		}
	}
	switch {
	case err == nil && state == "enabled":
		is.Value = "on"
	case err != nil || state != "disabled":
		is.Why = unseen(err)
	case answer.Migration != "migrationComplete":
		is.Why = UnseenOutside
	default:
		is.Value = "off"
	}
	return is
}

// unseen says why an answer tells nothing.
func unseen(err error) Unseen {
	if schema.CodeOf(coded("ask for setting", err)) == schema.CodePermission {
		return UnseenRight
	}
	return UnseenRemote
}
