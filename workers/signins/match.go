package signins

import (
	"slices"

	"inzage/workers/internal/listing"
	"inzage/workers/internal/table"
)

// The formats, by the codes of schema.Format.
const (
	formatSignIns     = "signin-records"
	formatSignInTable = "signin-csv"
	formatChanges     = "directory-records"
	formatChangeTable = "directory-csv"
)

// recognise judges by the beginning of a file.
func recognise(head []byte) listing.Form { return listing.Recognise(head, tableFormat, jsonFormat) }

func tableFormat(h table.Header) string {
	has := func(names ...string) bool {
		return !slices.ContainsFunc(names, func(n string) bool { return h.Column(n) < 0 })
	}
	switch {
	case has("Date (UTC)", "Request ID", "Status") && (has("Application") || has("Resource") || has("Conditional Access")):
		return formatSignInTable
	case has("Date (UTC)", "Activity", "Category") && (has("ActorType") || has("Target1Type") || has("Service")):
		return formatChangeTable
	}
	return ""
}

func jsonFormat(keys []string) string {
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return slices.Contains(keys, n) })
	}
	switch {
	case has("createdDateTime") && has("userPrincipalName", "userId", "servicePrincipalId", "appId") &&
		has("conditionalAccessStatus", "clientAppUsed", "signInEventTypes", "isInteractive"):
		return formatSignIns
	case has("activityDateTime") && has("activityDisplayName") && has("initiatedBy", "targetResources", "loggedByService"):
		return formatChanges
	}
	return ""
}
