import sys,tempfile,os,time,random,signal,subprocess,hashlib,json,pathlib
sys.path.insert(0,"/tmp/wt/rev1/main/tests"); sys.path.insert(0,"/tmp/wt/rev1/main/tests/e2e")
from servers.glance import Glance
from servers import certs
HOIST="/tmp/wt/rev1/main/build/x86_64-linux-musl/hoist"
base=tempfile.mkdtemp(prefix="os4real",dir="/tmp")
ca=certs.Authority(base+"/ca")
import inspect
