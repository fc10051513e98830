// Package signins reads two logs of Microsoft Entra: who signed in to what, and
// what was changed in the directory. They come in these forms:
//
//   - the records of Graph's signIns and directoryAudits, in pages or not, and
//     what the portal downloads as JSON, which is the same;
//   - the tables that the portal downloads, with columns of its own.
//
// A sign-in is named by its kind ("SignIn.nonInteractiveUser") with its outcome
// as the action, a change by its activity ("Reset user password"). The table of
// the portal does not say of what kind its sign-ins are: that stands in the name
// of the file, which anybody can change.
//
// The facts are Microsoft's: the metadata of Graph v1.0 and beta (signIn,
// directoryAudit), and "Microsoft Entra sign-in logs schema reference".
package signins
