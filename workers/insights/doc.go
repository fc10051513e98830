// Package insights reads what Microsoft 365 kept or worked out about how one person
// works, in files that an administrator or the person got themselves:
//
//   - the search queries that SharePoint and OneDrive keep for 30 days, the two
//     tables that Export-SPOQueryLogs writes;
//   - the measures of Viva Insights (before that MyAnalytics and Workplace
//     Analytics): hours and counts by day, week or month, as a table or in JSON;
//   - the documents that Delve links to a person, in the form in which Graph hands
//     out the same insights (used, shared, trending), or as a file that says that
//     it is of Delve.
//
// Microsoft publishes the columns of the second and the properties of the third,
// of the first only that it is a table. So the measures are told by names that
// Microsoft's own tools use, a query log by a column for what was searched and one
// for when; every other column goes along as it is, without an explanation. A table
// that counts searches is a report on a whole organisation, and not read.
//
// Whose it is, such a file seldom says. Viva gives every person a code that is no
// other code of theirs: where a file shows several, nobody can tell which is the
// subject's, and it is refused.
//
// The facts are Microsoft's: "Office 365 Data Subject Requests", the page of
// Export-SPOQueryLogs, the data that the packages vivainsights and wpa of Microsoft
// come with, and "officeGraphInsights resource type" of Graph.
package insights
