/* A very small HTTP server in a thread: one connection, one request, one answer as it was given. */
#ifndef UNIT_SERVER_H
#define UNIT_SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct server {
	int fd;
	unsigned port;
	pthread_t thread;
	/* what it does */
	const char *answer; /* NULL: close without one */
	size_t answer_len;  /* 0: strlen(answer) */
	bool early;         /* answer without reading the body */
	bool mute;          /* do not answer, and keep the connection */
	/* what it saw */
	char head[8192];  /* the request's line and headers */
	size_t announced; /* Content-Length */
	unsigned char body[65536];
	size_t body_len;
};

static inline bool server_send(int fd, const char *p, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = send(fd, p, len, MSG_NOSIGNAL);
		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

/* The request's head; what came behind it goes to the body. */
static inline bool server_head(struct server *s, int fd)
{
	size_t len = 0;
	char *end = NULL;
	const char *at;
	ssize_t n;

	while (!end && len < sizeof(s->head) - 1) {
		n = read(fd, s->head + len, sizeof(s->head) - 1 - len);
		if (n <= 0)
			return false;
		len += (size_t)n;
		s->head[len] = '\0';
		end = strstr(s->head, "\r\n\r\n");
	}
	if (!end)
		return false;
	s->body_len = len - (size_t)(end + 4 - s->head);
	memcpy(s->body, end + 4, s->body_len);
	end[4] = '\0';
	at = strstr(s->head, "Content-Length: ");
	s->announced = at ? strtoul(at + 16, NULL, 10) : 0;
	return true;
}

static inline void server_body(struct server *s, int fd)
{
	ssize_t n = 1;

	while (n > 0 && s->body_len < s->announced && s->body_len < sizeof(s->body)) {
		n = read(fd, s->body + s->body_len, sizeof(s->body) - s->body_len);
		s->body_len += n > 0 ? (size_t)n : 0;
	}
}

static inline void *server_run(void *arg)
{
	struct server *s = arg;
	int fd = accept(s->fd, NULL, NULL);
	char byte;

	if (fd >= 0 && server_head(s, fd)) {
		if (!s->early) {
			if (strstr(s->head, "100-continue"))
				server_send(fd, "HTTP/1.1 100 Continue\r\n\r\n", 25);
			server_body(s, fd);
		}
		if (s->answer && !s->mute)
			server_send(fd, s->answer,
				    s->answer_len ? s->answer_len : strlen(s->answer));
		/* The client closes first: unread bytes would tear the answer away. */
		if (!s->mute)
			shutdown(fd, SHUT_WR);
		while (read(fd, &byte, 1) > 0)
			;
	}
	if (fd >= 0)
		close(fd);
	return NULL;
}

/* Listen, and answer one request. */
static inline void server_open(struct server *s)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(s->fd, (struct sockaddr *)&at, sizeof(at)) != 0 || listen(s->fd, 4) != 0 ||
	    getsockname(s->fd, (struct sockaddr *)&at, &len) != 0)
		abort();
	s->port = ntohs(at.sin_port);
	if (pthread_create(&s->thread, NULL, server_run, s) != 0)
		abort();
}

/* Wait until it has answered. */
static inline void server_close(struct server *s)
{
	pthread_join(s->thread, NULL);
	close(s->fd);
}

#endif
