// Package usage reads the usage reports of Microsoft 365, line by line the use
// that one person made of Teams, OneDrive, SharePoint, mail, Office or Copilot:
// what an administrator could see about them. They come as a table, from Graph or
// the admin centre, or as JSON.
//
// A tenant can conceal the names in its reports. Then nobody can tell which line
// is whose, so such a file is refused, and says why; a concealed line in another
// file is nobody's.
//
// A line is about days, not about a moment: its record has no time.
//
// The facts are Microsoft's: the pages "reportRoot: get…UserDetail" of Graph, and
// "Show concealed names in Microsoft 365 reports".
package usage
