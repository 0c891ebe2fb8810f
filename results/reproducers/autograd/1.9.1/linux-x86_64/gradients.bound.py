"""One case of conv2d-conformance as a script of its own: exit status 0 where the answer is right, else 1.

case    n1c1h65w63 m1k1x2 s1x1 p0x0 d1x1 g1 nobias float16 integers:0 grad
target  autograd
"""

import base64
import os
import sys
import zlib
from collections import deque

os.environ.update({**{'OMP_NUM_THREADS': '1', 'OPENBLAS_NUM_THREADS': '1', 'MKL_NUM_THREADS': '1'}, **os.environ})

import numpy as np

from conv2d_adapters.autograd import adapter as found
gradients = found.gradients

# All arrays of a call lie in one block of NaN, as in the suite: a read beside them shows. There are two, by turns.
blocks = [np.empty(32764, np.uint8) for _ in range(2)]
blocks = [block[-block.__array_interface__['data'][0] % 64 :] for block in blocks]
kept, calls = deque(maxlen=4), 0


def ask(function, arrays, places, arguments):
    global calls
    block = blocks[calls // 2 % 2]
    block[:] = 0xFF
    handed = []
    for array, place in zip(arrays, places):
        if array is not None:
            first, strides, writable = place
            array, values = np.ndarray(array.shape, array.dtype, block, first, strides), array
            array[...] = values
            array.flags.writeable = writable
        handed.append(array)
    calls += 1
    kept.append(function(*handed, **arguments))
    return kept[-1]

input = np.frombuffer(
    zlib.decompress(
        base64.b85decode(
            'c-l>w*^cWV5JdA~JRrpK(>x%A;kT|`b?mtsC6hQ9da15n{5!w(+rM!CtzWzU*6;eI`%1h&)nC^4_Urfix!>FU+qz%vH*~fC=KXrs'
            '#$UNt%=^9R)6(j2f1dX~;eN&Ys#khv@09P)=YIA3z1-`rd;PO><@Mb8tZ%nW<Nh}9JL3KM(*BP;^S++%d!u$3_iNwRE}i)3aq0d?'
            'r=-26WPPN5r080gC1=*B%(^V?A8Dr6*86`z$8zub?DA-tWSOIrB2v`*w0_I-$iMF^m(Clq+|jk?+=3RD&To>u%BER6JUd&naep7^'
            'Q?&N^d#<f}w<rnL{cT9|E`KFS5brC`enD%ldxz(~OWv-!H{7e9t6B0idEwcuV8JEXpVzbI$e)i+uWUimE?KNd$0(_aZ1ep3Xc+F#'
            '4~CvQAE}Zg8rtRPZ^<T2x+Y0oCC!q&kAJq1x+P7MuO97=EE(jV#{!o$t3uk8wIko`nTkgqzb@Ib%WuBBftM^K7M-|+i6Th{G4dcI'
            '$zndk7_~*0(6Hs}D1T(>UbWK5PQur#gX5rR_vg+m6jbfxU5n6Y>lN8?$RgI{lC`_e@_9!-?}{7mSA^>>{M0X^ijWfYTEg6x1VLyX'
            '@?Ma49ovCuco3f?@zl3VJ7@VSg2U(BDJeRbs*-3(_n{~bvP)1TN8NqNN?pGc#h*DU%3qChlhD<5LY77cnX@ptgrK8{>(cb-1mh#h'
            '(!SCZMUyCuk~V!>1Yy9DK6J_@489&6@@SF#SyBc`zCU~|p?woC9gZ`elF$^ygpW=`8rnWpyDXj8WQinQ?TI75z49mNdZfdWTvb|c'
            '7`jWIix?=nHnpQ8%SbA+Nm0xWp>&H&o9>;GaLMOcvKBNqmL?1_<ijmpifppv!6SRV+HTpc!3AA$a_M}>QIVGp9GJDH5sh8GaNa6H'
            'Xwn^B9MF)j=#D9UrlhcTQMqADvLG)zOHA=y1zAyEyyRcocMA<mT;UiqFL&uQv`-cux3JNqalju*+<u`|k);B0R>Ap(J)^v{^xKd<'
            'Ch@R^+e+kiae9_V6ZzN7v5E5{IRa5JWVNm+UqZu_M2r0WdTz1q&CvFA(<w=II+7^C!bJ$R9!v3-K&>SV+A--A-<7eIYl8OazR2p4'
            'C^Kd+X=I;8N!!Rn&i0KQuw=a{*%rCpId4mHM?sf1jv;Fl<gXzVnIDq&P3SeLbT08~lQx;U!`z$o>(c!jghkMpg!Cc%85dhNO<G&v'
            'Do1k$wYF^2sR85#VmrzHgT3v^O-vufw9!~$=^*TFBBsltZ%%DG_rgEUte32EwAaBFgDA4xml)d-6^KPgevqG{xFCZ2jK;1dt1Nru'
            'g-FdcwSz012p?2x%!It&%RG39o<JOV)unwpo*vXjN!}RJ*BI-PreU)U&Vx|UW!bLCH=fL*KJ^0E9Tu5nIY-?BdyCkNLQmDcn_9Sj'
            'K5#x-RJR*;HRm{UMM<A^s=sG4c*cK|3bG0fLx^>@GiMcP={ocRbp@nfWYZu!Z+LmY3(mt!dTe28Na7*cjQK;Iy~sRK(uFT_T&+#m'
            'zDd(JuLmLe0zFk{UsO0v)z=UP8&!p??kZo^uO=VJxT#r-WU$u@{Ig(h=WO%3t(J72xzWsOjtSKMuB$rQEp~VJ(6n~SIxlLL_RBDq'
            'Yo>~Pjf`rHTKfL!b(HOg5a&-BCVsn=MvpUuH1k#ZuU0$cx}j6IUPBSMgtg6`jou+s-<UPGBnf01_iRzNavnJ!i&jN<Ay(aKO)9g2'
            'eaw{ha)H~Osm+9&Ty0!-VSB@F9d2>fbLMK~Nb{Z}*Ik@5YNBs-Jh>`%rIF>GA+$zuv@KA-e)G+Te?3S6wG~dX|AX#1^ch_eRGnI>'
            'au4wn<!R@M2!_X3y9cs@`O(bo$f~kNmd7{VFZw*b=(5$EW8CpM#s__eu{p7GpvE<N-)=eLuk_V}gSxoG9|^vCJ?@IemEwhmHk{#l'
            'wowPTvW=3=9OoWnQ}s`(7uVYX*4cD!0hXKCwa{}G_AyfianYMu&6^z@PV_o-vYu01ASLQf$KC}B0@etybyQ@<ug`G3as7uR_bf(b'
            'Mh17W3nWjv^uwIMdH14&==4St#G1bY`b;J-N4p<-gwBk_7IAbQx&%*DGL^s|4-V!z1%7X`%^^OWPv_S!6{4WPV3nANaA*7a&qNF^'
            '<`s#FLBY1+!*?fFy}Yx9i>%L4Qg+?diM<Iv16<+weWxVm%0RE^TG2Z#Dz2y%o9eC!Q30zRW-G4vudi2d-8Ep`gAEJW_sw`gsC)UU'
            '$zqYNaC}oJTmGWQHj+KBxTtrQ@NqF^s?^fP#-&)O>{5lV016#xj@Us=>~9(rsegl3R8CHGb%FXJf2^_PfA=j*{v1>*NBg+1&62@$'
            '1Y<tn2luX?PZ{NlOw*}}BNa%c`yABB&goVBRH!@u?BtrQ5K)2I%9PFp4Q+GRQ5TtI)6ZW_lma|-zDc4nn<QhF&PzV)uwSD;t>mu$'
            '<<6}41Rf7_l=yZ0k!m!26_}?To);{pRfl=k5L+#2wq(on)v|*wVK8-T-wdha6C>EYZJ-j_#H6|L&@Z?~cw@x%LxaCJbB(v-U33AS'
            'QZ#x!cY#YBndEav?8_qQ^F`Hp#+3b*ne7&7Xp|Qi-PtZ6>G^nP(S14k0t_*Uq(W9&@VPT}V7gGLR?RQ&2O^!&=6Xl-mooyMs`9R<'
            'd0F!J&la61aF=?p*C4mOmG&E(iP><V=l|o>_RUoWlY-4$`C=+J>A+s39av$IpVn6`20C8v`tIl{jq9zT-Hv$3UGt$6-uO2&MOtv}'
            'MZKJmDbmlJFN0lFg_&$!sNxq0u3v}WiIYIBvf1C&>N~A=rl?wBOBbdWZ`?2Zvm{4FtH=`xPooe0{X1JZ%yADm^ogBn!pQK`g7RM{'
            'R>?t^?9-VQxqt6W6rC{&{F|6l9qAQ`t01l#%zxkBstQ$wK6#2)%<BtI^z1&tk`qiFt`zK(!Cw95HHEIRQzgGux$EtVs-`eWa3?y6'
            ')D3@hxV|#~>#|q|L7oG;?i$qem!jLbWP%*eU$<iP{MW%uW`rBPr#v;7=-P&v-nw#Eqn7H-MK*UvFkQg;1zQCAok|Yw%%;~@PiEOM'
            'QER@>2EsSN9MoKcCscp);z<P+zb66CB!yYbW)i-c+;pUTC!C3_Qef7@471RSN9z5H%EW#R^qq_8ocowbk2raDl&M(@bBE2jo?b7W'
            'cnzwDKqhEBhuXydq^EpmaGjY`q)YBh#2xX2*{|m-eya3Ndc!x53(N=YLwECCc9_Ea<h+7yI*9S)EyF?`UU#>dnAcUh{<q63uu#Dt'
            'Ls52^0fn!gc%PG8WXJX&gC;6HcP4K=p1*1MBBPmKTrmuuP;7GX`{XZ4gFx2uvyi|<ZGKZV_ZpEIl5@-3gB+f#MrJzudr}ne)H{<g'
            'TFj_T_!wW0IN+K$FC1of8=0dpnBhieip0xxq^F#dK0kx(^B=$1`+ho+iS0r(H>Tx&mVB6XCNlo`GQr}hlRe?N?$mC7SnQziF9J7t'
            'CXmP9iA|s~^)Ct8U(5zsrNCc>S)F5Kf8FWi$*O&0jw{r|?^LON&-EhHt_}lKtP()`mhCQOjRr0qm+tEaNbI_&eyCnwKOUrgVBT@@'
            '9Ibs7>^sRXbRA}Qv%};WrCDxJ12>-5s%HKN=4?G;'
        )
    ),
    np.float16,
).reshape((1, 1, 65, 63)).copy()
weight = np.array([[[[5, 4]]]], np.float16)
bias = None
grad_output = np.frombuffer(
    zlib.decompress(
        base64.b85decode(
            'c-l>wS&r-~5JY=nd?3WIX@4NZu&w8cIOaaJs=LcJkYi+I`tSLB{=#4U+kfZ%toOg?Z@j<z`~Uiz@3ryX>F<^Ce*Zl^-@olIzn|Z8'
            'Rrlk2E&rAGXZ@x3bM)+ZpDpk8`ra?^C%?Oecd!2b{jE<rZ@k~rd;Pa&zblT;`~95v>U^I}?`ORGEuHmfedPY{TGNR~`*lh2``sjK'
            'ly<*e3(o|7e)~R>;pj@!uJyeZ-~W$x%<of8f5ZFtw`<d0@qONMp7-yNW|4i9H2a<QvrKw_7p?!<waC`zz1Fqk@4ugYe>NFf(X~3r'
            '*85%UbJF|WvL#t4N&BD8i=LRWPL+gHHvL`6T9IX)DNpA2$J+e%>3aGgd(+ub9!gqiIqbV8ziyqjw0Bd){A||b!6EB6eY&1_IHmC1'
            'Z?8i%ZJqVAfY0stDa)f<rw-kV*yhOUU2;@e`QiCTYm)A6`Cwt~j^~47b4q)AYhG!7Qa;lAxBijWzHd>wWl1m;S5=njx^k2;k7PRX'
            'Wz&w9>}W6hyUP+)vN$RRdmTk}CpL>RX1&*)O-(V}btNlOvvdnOYbd9>qH;^4PFA&>GnOSOX1Z2YNl@k8O&kqf8}j$jsY!l)blQ?u'
            'Rk{DmsIJ`p`Jl+ZQ4!kYuRs<~N#7Om<?q2qOR*KT=R=f4BFmCKvQSdaM0u{u##31rL7ySd{5%@S&m!pq*<w_Abgh5~OD7chdl3;`'
            'd7jbO`4GsNsXen~DcCf~Uk|ttB%SSAwByzqN4T>!Dhrn+vK@XN2)b{~jG(Ra_TcG9@ezsZLvBB^_mWl(KRP~~p&6VV<mFb@eVCgh'
            '-GkP~sjS~swpn_zNs9zxc4cK^)sWs>9$1Rvs2rHG)|A9mD;&d*B>SEnvSN@v2aDSiM{+*={V=ZFh@5!RIJT$_QKv_c;#}J=$&mhs'
            'yAS6L*?21#H!=8V-$$PJ`Ia`z4-=o*nuB=GI>~Y4CyKHp%0ff?7>$lRRAv2)HEq?T`0TQ_<7nV<$5@eclNhY}>9RsZv!fjkwYurt'
            'fIpk;R4!&WbWY@@GqcGbe$v_H%2U9*Dl6oRqg!!!$cifKO>lS$o0`@)V%50SutSp08JyqBE8}5ih3mZ$ut<j^U8i)k9gogzl6X@6'
            'Cvh|tVXjL-->Pibz=EM{h|0?;S)PmLkDhl$a1}4I(UksKF`HpL&cC8vtM;AbgmW%R@2)d8-dw6oMyW=;Zb|5zNYc$3yH+_azG_&m'
            '<t^RTN@IJLo>6Ch*gN#8@H%t5Ml`shE>5gyQ-n%hGbM9We0HsI_FAKY_kt|z$`Dmg%#Ah-u*#-OvFj=l<ozLE`Dx?6eH7%4qO}3r'
            'EvnvB4j!`V@J!S7k8>8;CEY4q;53flB<;*Y2kfFqIwPVhVkH}Vw<|9q@luE?<3&|GKSIri{D?xBs%W%-x}v1$xgpyp_{z~Und=Xj'
            'u;2@3DnTA{U4LYU4g+>(MMd-@3G>Cb3aiajYS-wGDMXlp(PYCHE49iVTrhwoj#4CZCw?~Ut4Y2^-alBbfJzIdY~HeApH0!SRHe<}'
            'KeiF!+)ciDbmhVKW-8^zjicG|`uRWU%3(#P*O+kbOpQLeGdO#Lt4UIHtXY*&L;e_&&bu7N#ep|=IwSWam40X|Gt9-yWma7gQaQI1'
            'bD2J>!vlv-c2!D>K%>1+u*D0taD&eQY|UiElEvMb+5S^Lc6M$(SF!jJ9wj_yY(CWAMm<hw`k_RY{N_Ma@$ps54NL6gVUb;<G_J(4'
            'eY<2``z^x?w{~dyZn=DlEwU6lTUhjHr-^<Y?j96Z&h2wOxg=$x&buOScw<qXPB7k*Rk%(T>K2`2e+QyBVZVm73B3b+C0}bbx~U9X'
            'bw{!#wYg^2>4*Ncf`XZ-ZQ!S^7^rDoF)(DGN(V9JfdJFXu&$&NoAlXWxhs_`vFmQR93dlHl=ki#_l?8DjtyLY^xgU<u*Z28sRcpI'
            'q|!5Qs>8rvi)tU~CWa8EQB?+bcW&HxHt^NdB-?$u8=2eXU5n>j<vJbr<jx>3C%ZS$c+)Fnyx=S;@Sg_LZS<U-I`!bcabq|M;}TXa'
            '+I_-jlRWaVg09^Y9sC3}&E<n6ZOkv0qS{dxh_)pi68(a)ZBP%5DIL~h#0|PqWygU9I{m~1**;d0$l<EYo$!Q-B_4W~fYtMrCxG+^'
            '2Kx2MLFW!E`|;IG)pCSZ$@tald2?>vs$gD{Ww*psBhs_Y+i7RI_sR??krjhz&h)8SwZBQPM$S&6_v5R!S*Hv67))g6Mtv<*`b@44'
            '*rz?y6!nF9QG|hiRp(<29q#h*EirvL($dK4j<Dh5$rK>5qpj%5?B3J9`+EBVM;-KSiz!JUqdnhBSas5iRC*vIWu<3{aM_M_S@BWO'
            'XiCq?+|RL}{)hA5>IupuI^wRny<z4PURdG6>mpMiv%2h9m?L_=XEYd04HL}WJ!xZ7WA@{zPnFd+k$ITf*dIeNY3vI0oEyt0yz|e8'
            '&qd`$AJZ?Qb>@v*Uj8avr32gaT!9Y4sI=)CqE<Pw3)*`&*XSc$quo1vv$6_OcJ2+({jh#w-vCB*rm~LRdZ$yKf_!<pKtp%wMZ5Zx'
            '0DedDv`VFj%uxTazbQ0pw+}B=t<5}UT$J4O!M3yOR=xP?nE1zQ+(%40u?7=#g*40i<|maHY2<jLOEs$fo6ZL6W~CxLaKZ^Ldg3{m'
            'WV>(tx~{=QIWeaT<nLfU+R$xb-_6v{SB#zCxn`AJmTYu|ndtC7?M^wew0E35H>y5nX)e;4l0@0gY;Gy@78CZ5Z3d>(9WH2Q7j92|'
            'F88RqyDqZ{u<ZcL_naqc|4h6*%-b>(oJ~iR@6_th(N`iVG4IRF6g=<Sbd`a;>~~u0_X>#~CNP~kJn1=Cm-Q;xS?}cRACL5;bHi~9'
            'Gr&b1K1^T=5==Pupf@?><>Fn)fHN&7LrFGp%trWTx-+iGEPjHL5eAr<n@&2+%$#<~7Zux$J45q~tw{UK93kF0a7LpDBl0ZjVIsJ|'
            '^UZ9&Qp*!p?85-w7AERu+UxeS6{Om9kOf3qbWxsue4Vw~NTXsF-uP7JVH>Woi2MUWtlKXqCi8(ltkbVNH(RF84$OroeUCG=F=uYz'
            '+M;VQFEHbebmD~xS_ESQ9pXdPP59{F1m|GC$P8u3)0J#3yu<0N=~M^5lY3xwn+kF8jb}Pj=T5qr4uhH?l@ZIeV=+ViCcz(T>CFEF'
            '47h{44F-0E>yvsJ*?H3y_RDP!)!LRBFkExeP4Cs1bY*Iit3#%uu3Oc<w^>F#&&?nD(+Fev-k3!6%+wf9KQ^6rz3&0O3GpU!H}5gl'
            'ovS}onaV6F5n+d3vomvA<eRU0URv(kw1eL>YtH42-<z2Y2Q%L~aNKj>epY$xD6-wVe0|}dCoebu8x?ZuS_cEh|GF%{-SEt7GxacY'
            '-gl1P@yc`ScZc^kS!s}w8zhL*Y13ufvW<K$yh$AJU3VOdZm}`fJ}}v@N;f#f#9M`_XU7)CNb{1(WIe(JEc3xa@%sN@fkP##%)8vr'
            'H2RqZ9y&%3lU`4g0({kPI=-I#Vb&LA3r`sm%=GZy!IOr~+v)F}_4~|!*>xX!'
        )
    ),
    np.float16,
).reshape((1, 1, 65, 62)).copy()

arrays = [input, weight, bias, grad_output]
# of each array the first byte in the block, the strides, and whether it can be written to
places = [(4096, (8190, 8190, 126, 2), True), (16384, (4, 4, 4, 2), True), None, (20544, (8060, 8060, 124, 2), True)]
arguments = dict(stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1)

output = ask(gradients, arrays, places, arguments)
output = dict(zip(('grad_input', 'grad_weight', 'grad_bias'), output))
for name, shape in {'grad_input': (1, 1, 65, 63), 'grad_weight': (1, 1, 1, 2)}.items():
    got = output[name]
    if type(got) is not np.ndarray or got.dtype != np.float16 or got.shape != shape:
        what = getattr(got, 'dtype', type(got).__name__), getattr(got, 'shape', '')
        sys.exit(f'wrong: got {what} for {name}, required float16 of shape {shape}')
if output['grad_bias'] is not None:
    sys.exit('wrong: there is no bias, and it has a gradient')

# element: the lowest and the highest answer that is allowed, then others
allowed = {
    ('grad_weight', (0, 0, 0, 0)): (-1699.0, -1699.0),
}
wrong = 0
for element, (lowest, highest, *others) in allowed.items():
    got = float(output[element[0]][element[1]])
    if not (lowest <= got <= highest or str(got) in map(str, others)):
        wrong += 1
        required = [f'{lowest!r}' if lowest == highest else f'{lowest!r} to {highest!r}'] if lowest <= highest else []
        print(f'wrong: got {got!r} at {element}, required', ' or '.join(required + [str(other) for other in others]))
if wrong:
    sys.exit(f'{wrong} of {len(allowed)} elements that were compared are wrong')
print('right')
