package fetch

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/sas"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/service"

	"inzage/schema"
)

// prefix begins the names of all our containers.
const prefix = "inzage-"

// store is the storage account that receives the exports.
type store struct {
	client *service.Client // reads and deletes
	key    *container.SharedKeyCredential
	plain  bool // http: an emulator
}

func newStore(c Config, credential azcore.TokenCredential) (*store, error) {
	key, err := container.NewSharedKeyCredential(c.Storage.Account, c.Storage.Key.Reveal())
	if err != nil {
		return nil, err
	}
	s := &store{key: key, plain: strings.HasPrefix(c.blobEndpoint(), "http:")}
	options := &service.ClientOptions{ClientOptions: c.options()}
	options.Retry.StatusCodes = nil // storage says when to come back
	if c.Storage.ByKey {
		s.client, err = service.NewClientWithSharedKeyCredential(c.blobEndpoint(), key, options)
	} else {
		s.client, err = service.NewClient(c.blobEndpoint(), credential, options)
	}
	return s, err
}

// newName makes a container name that says nothing: 128 random bits.
func newName() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	return prefix + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))
}

// ours reports whether a container has a name as newName makes. Another that only
// begins like it is somebody else's: it is not told of, and never deleted.
func ours(name string) bool {
	random, ok := strings.CutPrefix(name, prefix)
	return ok && len(random) == 26 && strings.Trim(random, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// create makes the container; it may exist already, since its name is ours.
func (s *store) create(ctx context.Context, name string) error {
	_, err := s.client.CreateContainer(ctx, name, nil)
	if bloberror.HasCode(err, bloberror.ContainerAlreadyExists) {
		return nil
	}
	return err
}

// remove deletes the container with everything in it; it may be gone already.
func (s *store) remove(ctx context.Context, name string) error {
	_, err := s.client.DeleteContainer(ctx, name, nil)
	if gone(err) {
		return nil
	}
	return err
}

// gone reports whether the container no longer exists.
func gone(err error) bool {
	return bloberror.HasCode(err, bloberror.ContainerNotFound, bloberror.ContainerBeingDeleted)
}

// lost reports whether storage answers what Microsoft's agents take as final:
// the export can no longer be written there.
func lost(err error) bool { return gone(err) || bloberror.HasCode(err, bloberror.AccountIsDisabled) }

// location is the container's address with the right to create, add and write
// until a moment, and no right to list or read: the service refuses a location
// that gives those away. It is signed with the account's key.
func (s *store) location(name string, until time.Time) (string, error) {
	permissions := sas.ContainerPermissions{Create: true, Add: true, Write: true}
	values := sas.BlobSignatureValues{
		Protocol: sas.ProtocolHTTPS, ExpiryTime: until.UTC(), ContainerName: name, Permissions: permissions.String(),
	}
	if s.plain {
		values.Protocol = sas.ProtocolHTTPSandHTTP
	}
	signed, err := values.SignWithSharedKey(s.key)
	if err != nil {
		return "", err
	}
	return s.client.NewContainerClient(name).URL() + "?" + signed.Encode(), nil
}

// remote is a blob as storage lists it.
type remote struct {
	name string // as received
	size int64
	md5  []byte // nil where storage has none
	etag azcore.ETag
}

// list lists the container, in the order of the names.
func (s *store) list(ctx context.Context, name string) ([]remote, error) {
	var all []remote
	pager := s.client.NewContainerClient(name).NewListBlobsFlatPager(nil)
	for pager.More() {
		page, err := pager.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, item := range page.Segment.BlobItems {
			if item.Name == nil || item.Properties == nil || item.Properties.ContentLength == nil || item.Properties.ETag == nil {
				return nil, errListing
			}
			all = append(all, remote{
				name: *item.Name, size: *item.Properties.ContentLength,
				md5: item.Properties.ContentMD5, etag: *item.Properties.ETag,
			})
		}
	}
	return all, nil
}

type listError string

// Error implements error.
func (e listError) Error() string { return string(e) }

const errListing = listError("a list without name, size or version")

// open reads a blob as it was listed, from its first byte; a connection that
// breaks is taken up where it broke. It fails where the blob has changed since.
func (s *store) open(ctx context.Context, name string, b remote) (io.ReadCloser, error) {
	client := s.client.NewContainerClient(name).NewBlobClient(b.name)
	resp, err := client.DownloadStream(ctx, &blob.DownloadStreamOptions{
		AccessConditions: &blob.AccessConditions{ModifiedAccessConditions: &blob.ModifiedAccessConditions{IfMatch: &b.etag}},
	})
	if err != nil {
		return nil, err
	}
	return resp.NewRetryReader(ctx, &blob.RetryReaderOptions{MaxRetries: 5}), nil
}

// requestInfo reads RequestInfo.json, which the service writes while it answers
// the order. False where it is not there; an error where the container is not.
func (s *store) requestInfo(ctx context.Context, name string) (data []byte, ok bool, err error) {
	client := s.client.NewContainerClient(name).NewBlobClient(requestInfo)
	resp, err := client.DownloadStream(ctx, nil)
	if bloberror.HasCode(err, bloberror.BlobNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	defer resp.Body.Close()
	data, err = io.ReadAll(io.LimitReader(resp.Body, schema.HeadSize))
	return data, err == nil, err
}

const requestInfo = "RequestInfo.json"

// Leftover is a container of ours in the storage account.
type Leftover struct {
	Name    string // random, says nothing
	Created time.Time
	// Overdue tells that nothing can be written into it any more: no export
	// needs it, and it should have been deleted.
	Overdue bool
}

// Leftovers lists the containers of ours that are there, those of exports under
// way included, in the order of their names.
func (s *Source) Leftovers(ctx context.Context) ([]Leftover, error) {
	var list []Leftover
	start := prefix
	pager := s.store.client.NewListContainersPager(&service.ListContainersOptions{Prefix: &start})
	for pager.More() {
		page, err := pager.NextPage(ctx)
		if err != nil {
			return nil, coded("list containers", err)
		}
		for _, item := range page.ContainerItems {
			if item.Name == nil || item.Properties == nil || item.Properties.LastModified == nil {
				return nil, coded("list containers", errListing)
			}
			if !ours(*item.Name) {
				continue
			}
			created := *item.Properties.LastModified // nothing of the container itself changes later
			list = append(list, Leftover{Name: *item.Name, Created: created, Overdue: s.now().Sub(created) > s.config.Times.Life})
		}
	}
	return list, nil
}

// RemoveLeftover deletes a container that Leftovers listed, with everything in
// it. One that is gone already is no error; CodeUsage says that the name is not
// of a container of ours.
func (s *Source) RemoveLeftover(ctx context.Context, name string) error {
	if !ours(name) {
		return schema.Fail(schema.CodeUsage, "delete container", nil)
	}
	return coded("delete container", s.store.remove(ctx, name))
}

// refusedBy returns the error code of a service that answered, or "".
func refusedBy(err error) string {
	if answer, ok := errors.AsType[*azcore.ResponseError](err); ok {
		return answer.ErrorCode
	}
	return ""
}

// sameContainer reports whether an address that a service returned is of the
// container.
func sameContainer(op operation, name string) bool {
	decoded, err := url.PathUnescape(op.Container)
	return err == nil && decoded == name
}
