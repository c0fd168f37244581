// peer_go.go - a peer of the failure grid on Go's crypto/tls:
//
//	peer_go server PORT CONFIG CERT KEY | peer_go client PORT VERSION NAME CA
//
// What fails is for the other side to find out: nothing is printed.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"os"
	"strings"
	"time"
)

const (
	reply    = "HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nhello\n"
	request  = "GET / HTTP/1.0\r\n\r\n"
	patience = 15 * time.Second
)

var versions = map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func authorities(path string) *x509.CertPool {
	pem, err := os.ReadFile(path)
	must(err)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	return pool
}

func pin(c *tls.Config, version string) {
	c.MinVersion, c.MaxVersion = versions[version], versions[version]
}

func serverConfig(config, cert, key string) *tls.Config {
	pair, err := tls.LoadX509KeyPair(cert, key)
	must(err)
	c := &tls.Config{Certificates: []tls.Certificate{pair}, NextProtos: []string{"http/1.1"}}
	if strings.HasPrefix(config, "only") {
		pin(c, config[4:])
	}
	if config == "mutual" {
		c.ClientAuth, c.ClientCAs = tls.RequireAndVerifyClientCert, authorities(cert)
	}
	if config == "sni" {
		known := c.Clone()
		c.Certificates = nil // whoever is asked for another name has no certificate
		c.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			if hello.ServerName == "known.test" {
				return known, nil
			}
			return &tls.Config{NextProtos: known.NextProtos}, nil
		}
		c.GetCertificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return nil, nil }
	}
	return c
}

func answer(s *tls.Conn) {
	defer s.Close()
	s.SetDeadline(time.Now().Add(patience))
	if _, err := s.Read(make([]byte, 1000)); err != nil {
		return
	}
	s.Write([]byte(reply))
	s.CloseWrite()
	io.Copy(io.Discard, s)
}

func serve(port, config, cert, key string) {
	l, err := net.Listen("tcp", "127.0.0.1:"+port)
	must(err)
	c := serverConfig(config, cert, key)
	for {
		s, err := l.Accept()
		must(err)
		go answer(tls.Server(s, c))
	}
}

func connect(port, version, name, ca string) {
	c := &tls.Config{ServerName: name, RootCAs: authorities(ca), NextProtos: []string{"http/1.1"}}
	pin(c, version)
	s, err := tls.DialWithDialer(&net.Dialer{Timeout: patience}, "tcp", "127.0.0.1:"+port, c)
	if err != nil {
		return
	}
	defer s.Close()
	s.SetDeadline(time.Now().Add(patience))
	s.Write([]byte(request))
	io.Copy(io.Discard, s)
}

func main() {
	a := os.Args
	if a[1] == "server" {
		serve(a[2], a[3], a[4], a[5])
	}
	connect(a[2], a[3], a[4], a[5])
}
