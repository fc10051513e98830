// Package fetch pulls the admin export of one person: it has Microsoft write the
// export into a container of the organisation's own storage, waits until it is
// there, takes every byte over into the sealed box of the request, and deletes
// the container.
//
// One try (fetch.go) goes through these stages, and the bookmark (bookmark.go)
// says where the next one goes on:
//
//	nothing     who is it? (person.go)                       → named
//	named       make an empty container (store.go)           → asking
//	asking      POST exportPersonalData, once (order.go)     → waiting
//	waiting     a few times a day: is it ready? (poll.go)    → ended
//	ended       take the files over, read back (download.go) → stored
//	stored      delete the container                         → done
//
// Every note is durable before the act that follows it, so that a crash at any
// place neither orders a second export nor loses a file. What must not be done
// twice is the POST: after a crash during it, whether it arrived is found out
// from the list of operations and from RequestInfo.json, which the service
// writes while it answers.
//
// Requests go through the pipeline of azcore, which the storage client needs
// anyway, and not through the Graph SDK: see docs/decisions.
//
// The package is apart from graphexport, which reads what came, so that nobody
// compiles the Azure SDK who only reads.
package fetch
