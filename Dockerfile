# A small image: one static program, the certificates it trusts, nothing else.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=${VERSION}" -o /inzage ./cmd/inzage \
    && mkdir -p /empty/data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /inzage /inzage
COPY --from=build --chown=65532:65532 /empty/data /data
USER 65532:65532
ENV INZAGE_DATA=/data LANG=nl_NL.UTF-8
VOLUME /data
ENTRYPOINT ["/inzage"]
CMD ["serve"]
