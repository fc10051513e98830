// Package blobstore is a small storage account in memory: as much of Azure's
// Blob service as an export needs, so that the demo works on a machine without
// network. It speaks to Azure's own SDKs.
//
// It has containers, block and append blobs, lists, ranges, Content-MD5, the
// conditions If-Match and If-None-Match, requests signed with the account key,
// and service SAS of containers and blobs whose permissions, times and protocol
// are enforced. It has no leases, snapshots, versions, page blobs, account SAS,
// user delegation SAS and sign-in with Entra ID: what is not there is refused,
// never ignored.
//
// Addresses are as an emulator's: http://127.0.0.1:port/account/container/blob.
// Where it answers otherwise than Azurite, a test says so. Everything is gone
// with the process.
package blobstore
