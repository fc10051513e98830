// Package queue keeps requests, their jobs and their files on NATS JetStream. It
// is the only door to NATS: with an embedded server (queue/embedded), with one
// in another process of this machine, or with a cluster, it is the same code.
//
// # The story
//
// A request is what its ledger comes to. The ledger is a stream of schema.Entry
// that is only ever appended to; Update is the only way to change a request, and
// writes what is decided in one atomic batch, on condition that nobody wrote
// since the decision was made. Each entry carries the hash of the one before it;
// Verify walks the chain.
//
// A job is an entry: one that orders a fetch, a build or a notice (jobOf). The
// work queue takes such entries over from the ledger by itself, so there is no
// second write that could be lost. Work pulls jobs one by one, nearest due date
// first, keeps them alive while they run, and settles their fate in one place
// (outcome.go) by the error that the handler returns: state first, acknowledge
// last. What runs twice, because a process died in between, finds in the ledger
// what is done, and in the box what was stored.
//
// Personal data is in the vault only: files, their names, bookmarks, the person.
// Each vault has two random keys of its own, one for what the sources brought
// and one for the rest, wrapped by the organisation's key, which is not in NATS.
// Erase drops the keys, then the rest; EraseRaw the first of them, and what it
// sealed. Subjects, stream
// names, headers and the ledger hold random ids, codes, counts and hashes.
//
// The register is the ledger of all requests, folded and held in memory, for
// lists and for the clock; its snapshot in NATS makes a start fast, and is the
// anchor that shows when the end of a ledger is missing.
//
// What is refused and concerns no request is a record of its own, of which each role
// writes its part (Denial).
//
// # Who uses what
//
//   - intake: New, Append, Update, Request, Entries
//   - workers: Work, Vault, Vault.Box (a schema.Box), Vault.Bundle, Allow, Block
//   - clock: OpenRegister, Register.Run, Register.Open, Update, Sweep, Erase, WatchConnects
//   - who refuses something: Deny; each process: WriteDenials
//   - operators: Denials, Verify, Register.Parked, Retry, Erase, Health
//
// # Opening
//
//	server, err := embedded.Start(ctx, embedded.Options{Folder: data})  // inzage serve
//	q, err := queue.Open(ctx, server.Access(), queue.Options{Key: server.Key()})
//
//	access, err := queue.ReadDoor(data)                                 // a command
//	q, err := queue.Open(ctx, access, queue.Options{Key: key, Bind: true})
//
//	access := queue.Access{URL: "tls://a:4222,tls://b:4222", Ledger: …} // a cluster
//	q, err := queue.Open(ctx, access, queue.Options{Key: key, Replicas: 3})
//
// Close the queue before the server.
package queue
