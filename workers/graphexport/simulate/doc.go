// Package simulate is a Microsoft 365 tenant of an invented municipality, on
// loopback: the test double of the admin export, and what the demo runs on. The
// product never imports it, only commands that say so and tests.
//
//	tenant, err := simulate.Start(simulate.Options{Seed: 1})
//	defer tenant.Close()
//	client := tenant.Client()        // sends what is meant for Microsoft to the tenant
//	tenant.ID(), tenant.App()        // who may sign in: tenant id, client id, secret
//	tenant.People()                  // whose data can be asked for
//	tenant.Settle(ctx)               // waits until all agents are ready
//	tenant.Orders(objectID)          // how many exports were really ordered
//
// It behaves as Microsoft's side is documented or was observed to behave: sign-in
// (auth.go), people (users.go), the order of an export (order.go) with the six
// checks of the storage location (storage.go), the operations (operation.go),
// and the agents of the services, which write into the given container with
// nothing but the SAS (agent.go). What it does worse than that is chosen by
// name (fault.go).
//
// # How to reach it
//
// In one process: give [Tenant.Client] to the SDKs (policy.ClientOptions.Transport,
// and the HTTP client of Graph's adapter). Requests to login.microsoftonline.com,
// graph.microsoft.com and the managed identity endpoint 169.254.169.254 reach the
// tenant; all others, such as storage, go where they say. Nothing else has to be
// set: not the cloud, not instance discovery.
//
// From another process of ours: [Client] with the tenant's URL does the same.
//
// From any other program: Options.TLS, since azidentity refuses an authority that
// is not https. Then the authority and Graph's endpoint are both [Tenant.URL],
// DisableInstanceDiscovery must be set, and [Tenant.Certificate] must be trusted
// (SSL_CERT_FILE). App Service's way to a managed identity works too:
// IDENTITY_ENDPOINT is URL + "/msi/token" with any IDENTITY_HEADER.
//
// # What is known
//
// Documented, or in Graph's metadata: the calls, their types and permissions,
// the limits, the missing Retry-After, the layout ByProduct. Observed in the
// years before 2024, and perhaps different by now: the six checks and their
// codes, the only two statuses, operations completed without a dead agent,
// RequestInfo.json, the layout ByAgent. Our own guess: the status 400 of a
// refused location, and that somebody who was deleted cannot be exported.
//
// Storage is never simulated here: the SAS is used against whatever it names, be
// it Azurite, Azure, or the small store of package blobstore.
package simulate
